#!/bin/sh
# Writes src/data/charset_*.inc, the tables of the legacy encodings, by asking a
# browser's TextDecoder what each byte sequence means. Needs chromium. Run in
# the top directory; only needed when the Encoding Standard changes a table.
#
# How to read the tables: a row of positions in order, each the character that
# stands there. A decimal number is so many positions without a character;
# (3000) is U+3000, for what cannot be seen or an editor might change, and
# (E4C6+63) 63 characters in order from U+E4C6 on.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/page.html" <<'END'
<!doctype html><meta charset=utf-8><pre></pre><script>
const lines = [];
const decode = (label, bytes) => {
    const characters = [...new TextDecoder(label).decode(new Uint8Array(bytes))];
    return characters.length == 1 && characters[0] != '\uFFFD' ? characters[0].codePointAt(0) : 0;
};
const hex = number => number.toString(16).toUpperCase().padStart(4, '0');

/* A row of code points, 0 for none, in the form described above. */
function row(points) {
    let text = '';
    for (let i = 0, count; i < points.length; i += count) {
        const first = points[i], character = String.fromCodePoint(first);
        for (count = 1; i + count < points.length && points[i + count] == (first == 0 ? 0 : first + count); count++)
            ;
        if (first == 0) {
            text += count;
        } else if (count >= 8) {
            text += `(${hex(first)}+${count})`;
        } else {
            count = 1;
            text += /[\p{C}\p{Z}\p{M}]/u.test(character) || character != character.normalize() ? `(${hex(first)})` : character;
        }
    }
    return text;
}

/* A file, with a row for each lead byte. */
function index(file, what, width, rows, point) {
    lines.push(`== ${file}`, `/* ${what} Made by tools/charset_tables.sh, which says how to read it. */`);
    for (let y = 0; y < rows; y++) {
        const points = [];
        for (let x = 0; x < width; x++)
            points.push(point(y, x, y * width + x));
        lines.push(`"${row(points)}",`);
    }
}

index('big5', 'Index Big5: 126 rows of 157, lead bytes 81 to FE.', 157, 126,
    (y, x) => decode('big5', [0x81 + y, x + (x < 0x3F ? 0x40 : 0x62)]));
index('euc_kr', 'Index EUC-KR: 126 rows of 190, lead bytes 81 to FE.', 190, 126,
    (y, x) => decode('euc-kr', [0x81 + y, 0x41 + x]));
index('gb18030', 'Index gb18030: 126 rows of 190, lead bytes 81 to FE.', 190, 126,
    (y, x) => decode('gb18030', [0x81 + y, x + (x < 0x3F ? 0x40 : 0x41)]));
index('jis0208', 'Index jis0208: 120 rows of 94.', 94, 120, (y, x, pointer) => {
    const lead = Math.floor(pointer / 188), trail = pointer % 188;
    if (pointer >= 8836 && pointer <= 10715) /* Shift_JIS computes these */
        return 0;
    return decode('shift_jis', [lead + (lead < 0x1F ? 0x81 : 0xC1), trail + (trail < 0x3F ? 0x40 : 0x41)]);
});
index('jis0212', 'Index jis0212: 94 rows of 94.', 94, 94, (y, x) => decode('euc-jp', [0x8F, 0xA1 + y, 0xA1 + x]));

lines.push('== gb18030_ranges', '/* Index gb18030 ranges: from this pointer on, the characters in order from this one on.',
    ' * Made by tools/charset_tables.sh. */');
for (let pointer = 0, last = 0; pointer < 39420; pointer++) {
    const bytes = [0x81 + Math.floor(pointer / 12600), 0x30 + Math.floor(pointer / 1260) % 10,
        0x81 + Math.floor(pointer / 10) % 126, 0x30 + pointer % 10];
    const point = new TextDecoder('gb18030').decode(new Uint8Array(bytes)).codePointAt(0);
    if (point != last + 1)
        lines.push(`{${pointer}, 0x${hex(point)}},`);
    last = point;
}

lines.push('== single', '/* The single-byte encodings: bytes 80 to FF. Made by tools/charset_tables.sh, which says how to read it. */');
const SINGLE = 'ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-10 ' +
    'iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 ' +
    'windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic';
for (const label of SINGLE.split(' ')) {
    const points = [];
    for (let byte = 0x80; byte <= 0xFF; byte++)
        points.push(decode(label, [byte]));
    lines.push(`[SINGLE_${label.toUpperCase().replace(/-/g, '_')}] = "${row(points)}",`);
}
document.querySelector('pre').textContent = lines.join('\n');
</script>
END

chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update \
    --user-data-dir="$work/profile" --dump-dom "file://$work/page.html" 2>/dev/null |
    sed -n -e 's/^.*<pre>//' -e '/<\/pre>/ { s///; s/<.*//; p; q; }' -e '/^<!DOCTYPE/!p' |
    awk '/^== / { file = "src/data/charset_" $2 ".inc"; printf "" > file; next } file != "" { print > file }'
wc -c src/data/charset_*.inc
