#include "domain_idna.h"

#include "mem.h"

#include <idn2.h>
#include <stdlib.h>

bool domain_add_idna(struct buf *out, struct slice name)
{
    char *text = mem_copy(name.data, name.size);
    uint8_t *ascii = NULL;
    bool good = strlen(text) == name.size &&
                idn2_lookup_u8((const uint8_t *)text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK &&
                buf_add_string(out, (const char *)ascii);

    idn2_free(ascii);
    free(text);
    return good;
}
