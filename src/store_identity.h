#ifndef CRAWL_STORE_IDENTITY_H
#define CRAWL_STORE_IDENTITY_H

/* What tells the SQLite file of a crawl from others: its application_id, and as user_version that of the tables. For
 * who writes it and who reads it. */
#define STORE_APPLICATION_ID 0x6372776C /* "crwl" */
#define STORE_VERSION        3          /* that this program writes */

#endif
