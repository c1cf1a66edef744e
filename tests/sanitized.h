#ifndef CRAWL_TEST_SANITIZED_H
#define CRAWL_TEST_SANITIZED_H

#include <stdbool.h>

/* True in a build whose code runs many times slower for being watched: what a test expects of time does not hold there.
 */
#if defined __has_feature
#define SANITIZED_HAS(feature) __has_feature(feature)
#else
#define SANITIZED_HAS(feature) 0
#endif

#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__ || SANITIZED_HAS(thread_sanitizer) ||                  \
    SANITIZED_HAS(address_sanitizer)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

#endif
