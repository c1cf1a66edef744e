# CRAWL_COMPILE_FLAGS(VARIABLE, FLAGS): adds each of FLAGS that the compiler takes without a word.
AC_DEFUN([CRAWL_COMPILE_FLAGS], [
for crawl_flag in $2; do
  AC_MSG_CHECKING([whether $CC takes $crawl_flag])
  crawl_saved=$CFLAGS
  CFLAGS="$CFLAGS -Werror $crawl_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[]], [[]])],
    [AC_MSG_RESULT([yes]); $1="$$1 $crawl_flag"], [AC_MSG_RESULT([no])])
  CFLAGS=$crawl_saved
done
])

# CRAWL_LINK_FLAGS(VARIABLE, FLAGS): the same for flags that compiler and linker both see.
AC_DEFUN([CRAWL_LINK_FLAGS], [
for crawl_flag in $2; do
  AC_MSG_CHECKING([whether $CC links with $crawl_flag])
  crawl_saved=$CFLAGS
  crawl_saved_link=$LDFLAGS
  CFLAGS="$CFLAGS -Werror -fPIE"
  LDFLAGS="$LDFLAGS $crawl_flag"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[]], [[]])],
    [AC_MSG_RESULT([yes]); $1="$$1 $crawl_flag"], [AC_MSG_RESULT([no])])
  CFLAGS=$crawl_saved
  LDFLAGS=$crawl_saved_link
done
])
