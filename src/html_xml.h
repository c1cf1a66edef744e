#ifndef CRAWL_HTML_XML_H
#define CRAWL_HTML_XML_H

#include "html_build.h"

/* Reads an XML document (UTF-8, whatever its declaration says) with libxml2's SAX
 * parser up to the first error that makes it no XML. Elements of the XHTML namespace count,
 * those in templates do not. Nothing is ever loaded; the names that the XHTML DTDs
 * would declare are known. Threads: each with its own build.
 */
void html_xml_read(struct build *b, const struct name_table *names, struct slice page);

#endif
