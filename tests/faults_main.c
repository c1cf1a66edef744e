/* The main() of the program by another name, for a test that has one too. */
int crawl_main(int argc, char **argv);

#define main crawl_main
#include "../src/main.c"
