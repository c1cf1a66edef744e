/* main() for a fuzz target without a fuzzer: runs it over each file named, and
 * over the files of each directory named, so that `make check` replays what
 * fuzzing once found. */

#include "buf.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_file(FILE *file)
{
    struct buf input = {.limit = 64u << 20};
    char chunk[65536];
    size_t size;
    uint8_t *exact;

    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&input, chunk, size);
    /* A block of exactly the input's size: only so does the address sanitizer see a read beyond it. */
    exact = malloc(input.size > 0 ? input.size : 1);
    if (exact == NULL)
        abort();
    if (input.size > 0)
        memcpy(exact, input.data, input.size);
    LLVMFuzzerTestOneInput(exact, input.size);
    free(exact);
    buf_free(&input);
}

/* The number of inputs run below `path`. */
static unsigned replay(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    if (directory == NULL) {
        FILE *file = fopen(path, "rb");

        if (file == NULL) {
            perror(path);
            exit(1);
        }
        replay_file(file);
        fclose(file);
        return 1;
    }
    while ((entry = readdir(directory)) != NULL) {
        char name[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        count += replay(name);
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    printf("%s: %u inputs replayed\n", argv[0], count);
    return 0;
}
