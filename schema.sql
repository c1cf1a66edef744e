-- The database that crawl writes: the one copy of its tables and views, compiled into the program. Runs on SQLite 3.37
-- and later. The views are for people and are a contract; tables may change with user_version (the store migrates).
--
-- Tables hold integers: ids, milliseconds (times since 1970-01-01 UTC), bytes. Views have whole URLs and ISO times.
-- Every URL ever seen has one row in `url` and one state:
--   recorded  it has a row in `page`: it was asked for, and that is what came of it;
--   skipped   url.skip says why it never will be;
--   waiting   neither.
-- Rows are only ever added, in the order found; a page, its links and the URLs they brought are committed together.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    outcome TEXT NOT NULL DEFAULT 'running'
        CHECK (outcome IN ('running', 'complete', 'limit', 'interrupted', 'failed')), -- still 'running' later: it was killed
    pid INTEGER NOT NULL,
    args TEXT NOT NULL,
    settings TEXT NOT NULL, -- JSON
    versions TEXT NOT NULL,
    stats TEXT              -- JSON
) STRICT;

-- Names of numbers.
CREATE TABLE outcome (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE skip_reason (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE link_kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE mime (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE rule (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT; -- words for why something is skipped

CREATE TABLE host (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL, -- https://www.example.org
    robots_status INTEGER NOT NULL DEFAULT 0, -- of robots.txt; 0: not asked for yet, -1: no answer
    robots_outcome INTEGER REFERENCES outcome(id), -- what went wrong with it, if there was no answer
    robots_ms INTEGER,
    robots_body TEXT,
    crawl_delay_ms INTEGER,
    held_until_ms INTEGER,
    fails INTEGER NOT NULL DEFAULT 0, -- in a row
    given_up INTEGER NOT NULL DEFAULT 0,
    address TEXT, -- that answered last
    http_version TEXT,
    admitted INTEGER NOT NULL DEFAULT 0 -- documents that wait or were asked for
) STRICT;

-- What was really done to a host in a run.
CREATE TABLE host_run (
    host_id INTEGER NOT NULL REFERENCES host(id),
    run_id INTEGER NOT NULL REFERENCES run(id),
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    too_many INTEGER NOT NULL, -- answers 429 and 503
    least_gap_ms INTEGER,      -- between the sending of two requests
    median_gap_ms INTEGER,     -- about: the mean of those of its power of two
    most_parallel INTEGER NOT NULL,
    PRIMARY KEY (host_id, run_id)
) STRICT, WITHOUT ROWID;

-- Every URL ever seen. `hash` tells texts apart, keyed with meta.hash_seed; `key_hash` is that of the URL's key where a
-- rule makes it differ from the text. No index: the frontier knows them all.
CREATE TABLE url (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    hash INTEGER NOT NULL,
    key_hash INTEGER,
    host_id INTEGER REFERENCES host(id),  -- NULL: never to be fetched
    skip INTEGER REFERENCES skip_reason(id),
    rule_id INTEGER REFERENCES rule(id),  -- which rule decided so
    rule_line INTEGER,                    -- its line in robots.txt
    found_on INTEGER REFERENCES url(id),  -- NULL: a seed, or named by robots.txt
    depth INTEGER NOT NULL,               -- links from a seed
    via INTEGER NOT NULL REFERENCES link_kind(id),
    same_as INTEGER REFERENCES url(id),   -- skip 'duplicate': of this one
    lastmod_ms INTEGER,                   -- as a sitemap says
    external INTEGER                      -- 1: out of scope, and asked for all the same, once (--check-external)
) STRICT;

CREATE TABLE seed (
    url_id INTEGER PRIMARY KEY REFERENCES url(id),
    run_id INTEGER NOT NULL REFERENCES run(id)
) STRICT;

CREATE TABLE page (
    id INTEGER PRIMARY KEY REFERENCES url(id),
    run_id INTEGER NOT NULL REFERENCES run(id),
    kind INTEGER NOT NULL, -- 0 document, 2 sitemap, 3 external link asked for by HEAD
    outcome INTEGER NOT NULL REFERENCES outcome(id),
    status INTEGER,
    error TEXT,
    title TEXT,            -- NULL: no title element
    h1 TEXT,
    description TEXT,
    og_title TEXT,
    lang TEXT,
    mime_id INTEGER REFERENCES mime(id),
    charset TEXT,
    charset_source TEXT,
    redirect_to INTEGER REFERENCES url(id),
    canonical_id INTEGER REFERENCES url(id),
    location TEXT,         -- as it was sent
    robots INTEGER NOT NULL, -- 1 noindex, 2 nofollow
    x_robots TEXT,
    bytes INTEGER,         -- of the body, decoded
    wire_bytes INTEGER,    -- as they came, head included
    dns_ms INTEGER,
    connect_ms INTEGER,
    tls_ms INTEGER,
    first_byte_ms INTEGER,
    total_ms INTEGER,
    fetched_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    redirects INTEGER NOT NULL, -- hops on the way here
    address TEXT,
    http_version TEXT,
    body_hash INTEGER,
    text_hash INTEGER,
    text_simhash INTEGER,
    etag TEXT,
    last_modified TEXT,
    first_link INTEGER,    -- its links are the `links_out` rows of `link` from this id on
    links_out INTEGER NOT NULL,
    links_left_out INTEGER NOT NULL, -- beyond the limits
    sitemap TEXT,          -- what kind of sitemap it is: urlset, index ...
    soft_404 INTEGER       -- 1: says what its host says of a name that it does not have; set at the end of a run
) STRICT;

-- The words of links; of an alternate its hreflang.
CREATE TABLE anchor (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL -- mostly, but not always, once
) STRICT;

-- One row for a target and kind on a page. Those of a page stand together: see page.first_link.
CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    src INTEGER NOT NULL REFERENCES page(id),
    dst INTEGER NOT NULL REFERENCES url(id),
    kind INTEGER NOT NULL REFERENCES link_kind(id),
    rel INTEGER NOT NULL, -- 1 nofollow, 2 ugc, 4 sponsored
    anchor_id INTEGER REFERENCES anchor(id)
) STRICT;

-- Made at the end of a run from `link`, and valid while meta.indexed is '1': how many links each URL has, and which links
-- lead to something else than a good page.
CREATE TABLE inbound (
    id INTEGER PRIMARY KEY REFERENCES url(id),
    links INTEGER NOT NULL
) STRICT;

CREATE TABLE bad_link (
    dst INTEGER NOT NULL REFERENCES url(id),
    link_id INTEGER NOT NULL REFERENCES link(id),
    PRIMARY KEY (dst, link_id)
) STRICT, WITHOUT ROWID;

-- Parts of a site that go on for ever, found by what their pages say. URLs of that shape are skipped by that rule.
CREATE TABLE trap (
    id INTEGER PRIMARY KEY,
    rule_id INTEGER NOT NULL REFERENCES rule(id),
    kind INTEGER NOT NULL,       -- of shape: 0 numbers masked, 1 values of a query too, 2 the last part of a path alone,
                                 -- 3 one name in the query
    shape TEXT NOT NULL,
    pages INTEGER NOT NULL,      -- looked at before it was clear
    example_id INTEGER NOT NULL REFERENCES url(id),
    run_id INTEGER NOT NULL REFERENCES run(id),
    UNIQUE (shape, kind)
) STRICT;

-- ---- Since version 2: what follows may be run on a file of version 1, views left out

-- Tries that were not the last, whose answer is the page's own.
CREATE TABLE try (
    url_id INTEGER NOT NULL REFERENCES url(id),
    run_id INTEGER NOT NULL REFERENCES run(id),
    number INTEGER NOT NULL, -- from 1, in that run
    outcome INTEGER NOT NULL REFERENCES outcome(id),
    status INTEGER,
    error TEXT,
    first_byte_ms INTEGER,
    total_ms INTEGER,
    ended_ms INTEGER NOT NULL,
    PRIMARY KEY (url_id, run_id, number)
) STRICT, WITHOUT ROWID;

-- What a host says of a name that it does not have: asked for where a page gave reason to.
CREATE TABLE host_probe (
    host_id INTEGER PRIMARY KEY REFERENCES host(id),
    url TEXT NOT NULL UNIQUE,
    example_id INTEGER NOT NULL REFERENCES url(id), -- the page that gave reason to
    run_id INTEGER NOT NULL REFERENCES run(id),
    skip INTEGER REFERENCES skip_reason(id),        -- why it was not asked for; the next run tries again
    outcome INTEGER REFERENCES outcome(id),         -- NULL: not answered yet
    status INTEGER,
    error TEXT,
    location TEXT,
    title TEXT,
    bytes INTEGER,
    body_hash INTEGER,
    text_hash INTEGER,
    text_simhash INTEGER,
    tries INTEGER,
    total_ms INTEGER,
    fetched_ms INTEGER
) STRICT;

-- ---- Since version 3: likewise on one of version 2

-- Each request for the robots.txt of a host: tries, hops and the last one, whose answer stands in `host`.
CREATE TABLE robots_try (
    host_id INTEGER NOT NULL REFERENCES host(id),
    run_id INTEGER NOT NULL REFERENCES run(id),
    number INTEGER NOT NULL, -- from 1, in that run
    url TEXT NOT NULL,       -- the host's own, or where a redirect had led
    outcome INTEGER NOT NULL REFERENCES outcome(id),
    status INTEGER,
    error TEXT,
    total_ms INTEGER,
    ended_ms INTEGER NOT NULL,
    again_ms INTEGER,        -- when it was to be tried again; the host may be held for longer
    PRIMARY KEY (host_id, run_id, number)
) STRICT, WITHOUT ROWID;

-- ---- Views

-- Names and URLs that stand beside a row are looked up for that row alone: as joins they would tempt the planner to begin
-- with them, and to go through all pages for each.

CREATE VIEW pages AS
SELECT p.id, u.url, p.status, (SELECT o.name FROM outcome o WHERE o.id = p.outcome) AS outcome, p.title, u.depth,
    (SELECT m.name FROM mime m WHERE m.id = p.mime_id) AS content_type, p.charset, p.bytes, p.total_ms,
    (SELECT r.url FROM url r WHERE r.id = p.redirect_to) AS redirect_to,
    (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on,
    strftime('%Y-%m-%dT%H:%M:%fZ', p.fetched_ms / 1000.0, 'unixepoch') AS fetched_at,
    p.error, p.tries,
    p.h1, p.description, p.og_title, p.lang,
    (SELECT c.url FROM url c WHERE c.id = p.canonical_id) AS canonical, p.robots & 1 AS noindex, p.robots >> 1 & 1 AS nofollow,
    p.x_robots, p.wire_bytes, p.dns_ms, p.connect_ms, p.tls_ms, p.first_byte_ms, p.links_out, p.links_left_out,
    p.location, p.redirects, p.address, p.http_version, p.charset_source, p.etag, p.last_modified,
    p.body_hash, p.text_hash, p.text_simhash, p.kind = 3 AS external, p.run_id, coalesce(p.soft_404, 0) AS soft_404
FROM page p
    JOIN url u ON u.id = p.id
WHERE p.kind <> 2;

-- From a page to its links by page.first_link; the planner has to be told how few of all those are. From a URL to the
-- links to it by the index link_by_dst, which the end of a run makes when there are millions, or else by one look at
-- each link.
CREATE VIEW links AS
SELECT s.url AS from_url, d.url AS to_url, (SELECT k.name FROM link_kind k WHERE k.id = l.kind) AS kind,
    l.rel & 1 AS nofollow, (SELECT a.text FROM anchor a WHERE a.id = l.anchor_id AND l.kind <> 5) AS anchor,
    l.rel >> 1 & 1 AS ugc, l.rel >> 2 & 1 AS sponsored, p.id AS from_id, l.dst AS to_id, l.id,
    (SELECT a.text FROM anchor a WHERE a.id = l.anchor_id AND l.kind = 5) AS hreflang
FROM page p
    JOIN url s ON s.id = p.id
    JOIN link l ON +l.src = p.id AND likelihood(l.id >= p.first_link, 0.003)
        AND likelihood(l.id < p.first_link + p.links_out, 0.003)
    JOIN url d ON d.id = l.dst;

CREATE VIEW frontier AS
SELECT u.id, u.url, u.depth, (SELECT h.origin FROM host h WHERE h.id = u.host_id) AS host,
    (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on,
    (SELECT k.name FROM link_kind k WHERE k.id = u.via) AS via
FROM url u
WHERE u.host_id IS NOT NULL AND u.skip IS NULL AND NOT EXISTS (SELECT 1 FROM page p WHERE p.id = u.id);

CREATE VIEW skipped AS
SELECT u.url, (SELECT s.name FROM skip_reason s WHERE s.id = u.skip) AS reason,
    (SELECT r.name FROM rule r WHERE r.id = u.rule_id) AS rule, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on,
    u.rule_line AS line, u.depth, (SELECT d.url FROM url d WHERE d.id = u.same_as) AS same_as, u.id
FROM url u
WHERE u.skip IS NOT NULL;

-- Links to what is not a good page: from the table made at the end of a run, or, before that, by looking at all links.
-- The row of `meta` comes first, so that what is not wanted is not even begun.
CREATE VIEW bad_links AS
SELECT b.dst, b.link_id FROM meta m CROSS JOIN bad_link b WHERE m.key = 'indexed' AND m.value = '1'
UNION ALL
SELECT l.dst, l.id FROM meta m CROSS JOIN link l
WHERE m.key = 'indexed' AND m.value = '0' AND l.dst IN (SELECT p.id FROM page p WHERE p.outcome <> 1);

CREATE VIEW inbound_links AS
SELECT i.id, i.links FROM meta m CROSS JOIN inbound i WHERE m.key = 'indexed' AND m.value = '1'
UNION ALL
SELECT l.dst, count(*) FROM meta m CROSS JOIN link l WHERE m.key = 'indexed' AND m.value = '0' GROUP BY l.dst;

CREATE VIEW broken_links AS
SELECT (SELECT d.url FROM url d WHERE d.id = b.dst) AS url, p.status,
    (SELECT o.name FROM outcome o WHERE o.id = p.outcome) AS outcome, p.error,
    (SELECT s.url FROM url s WHERE s.id = l.src) AS found_on, (SELECT a.text FROM anchor a WHERE a.id = l.anchor_id AND l.kind <> 5) AS anchor,
    (SELECT k.name FROM link_kind k WHERE k.id = l.kind) AS kind, b.dst AS id, l.src AS found_on_id
FROM bad_links b
    CROSS JOIN page p ON p.id = b.dst AND p.outcome NOT IN (1, 2, 4)
    LEFT JOIN link l ON l.id = b.link_id;

-- Good by their status, but what they say is what the host says of a name that it does not have.
CREATE VIEW soft_404s AS
SELECT u.url, p.title, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on, b.url AS probe, p.id
FROM page p JOIN url u ON u.id = p.id JOIN host_probe b ON b.host_id = u.host_id
WHERE p.soft_404 = 1;

CREATE VIEW soft_404_probes AS
SELECT (SELECT h.origin FROM host h WHERE h.id = b.host_id) AS host, b.url, b.status,
    (SELECT o.name FROM outcome o WHERE o.id = b.outcome) AS outcome, b.title, b.error, b.location,
    (SELECT s.name FROM skip_reason s WHERE s.id = b.skip) AS skipped,
    (SELECT e.url FROM url e WHERE e.id = b.example_id) AS because_of, b.tries, b.total_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', b.fetched_ms / 1000.0, 'unixepoch') AS fetched_at, b.run_id, b.host_id AS id
FROM host_probe b;

CREATE VIEW duplicate_titles AS
WITH twice AS (
    SELECT title, count(*) AS pages, min(id) AS example_id FROM page
    WHERE title <> '' AND outcome = 1 AND kind = 0
    GROUP BY title HAVING count(*) > 1
)
SELECT title, pages, example_id, (SELECT u.url FROM url u WHERE u.id = example_id) AS example_url
FROM twice
ORDER BY pages DESC, title;

CREATE VIEW missing_titles AS
SELECT u.url, p.title IS NOT NULL AS is_empty, p.h1, u.depth, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on,
    p.id
FROM page p JOIN url u ON u.id = p.id
WHERE (p.title IS NULL OR p.title = '') AND p.outcome = 1 AND p.kind = 0
    AND p.mime_id IN (SELECT m.id FROM mime m WHERE m.name IN ('text/html', 'application/xhtml+xml'));

-- Ways of two hops and more, and circles. `hops` counts redirects.
CREATE VIEW redirect_chains AS
WITH RECURSIVE way(start, at, hops, path) AS (
    SELECT p.id, p.redirect_to, 1, p.id || '>' || p.redirect_to FROM page p WHERE p.redirect_to IS NOT NULL
    UNION ALL
    SELECT w.start, p.redirect_to, w.hops + 1, w.path || '>' || p.redirect_to
    FROM way w JOIN page p ON p.id = w.at
    WHERE p.redirect_to IS NOT NULL AND w.hops < 20 AND w.at <> w.start
)
SELECT s.url AS start, e.url AS final, max(w.hops) AS hops,
    w.at = w.start OR max(w.hops) >= 20 AS is_loop, p.status AS final_status, o.name AS final_outcome, w.path AS ids
FROM way w
    JOIN url s ON s.id = w.start
    LEFT JOIN url e ON e.id = w.at
    LEFT JOIN page p ON p.id = w.at
    LEFT JOIN outcome o ON o.id = p.outcome
GROUP BY w.start
HAVING max(w.hops) > 1 OR w.at = w.start;

CREATE VIEW slowest_pages AS
SELECT u.url, p.total_ms, p.first_byte_ms, p.bytes, p.status, p.id
FROM page p JOIN url u ON u.id = p.id
WHERE p.total_ms IS NOT NULL AND p.kind = 0
ORDER BY p.total_ms DESC;

CREATE VIEW large_pages AS
SELECT u.url, p.bytes, p.wire_bytes, p.total_ms, p.links_out, p.id
FROM page p JOIN url u ON u.id = p.id
WHERE p.bytes IS NOT NULL AND p.kind = 0
ORDER BY p.bytes DESC;

CREATE VIEW deep_pages AS
SELECT u.url, u.depth, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on, p.title, p.id
FROM page p JOIN url u ON u.id = p.id
WHERE p.kind = 0 AND u.depth > 3
ORDER BY u.depth DESC;

CREATE VIEW status_summary AS
SELECT o.name AS outcome, p.status, count(*) AS pages, sum(p.bytes) AS bytes, avg(p.total_ms) AS mean_ms, max(p.total_ms) AS most_ms
FROM page p LEFT JOIN outcome o ON o.id = p.outcome
WHERE p.kind <> 2
GROUP BY p.outcome, p.status
ORDER BY count(*) DESC;

CREATE VIEW hosts AS
WITH done AS (
    SELECT u.host_id, count(*) AS urls, count(p.id) AS pages, sum(p.outcome = 1) AS ok,
        sum(p.outcome NOT IN (1, 2, 4)) AS broken, sum(u.skip IS NOT NULL) AS skipped, sum(p.bytes) AS bytes,
        sum(p.wire_bytes) AS wire_bytes, avg(p.total_ms) AS mean_ms
    FROM url u LEFT JOIN page p ON p.id = u.id
    WHERE u.host_id IS NOT NULL
    GROUP BY u.host_id
)
SELECT h.origin AS host, coalesce(d.urls, 0) AS urls, coalesce(d.pages, 0) AS pages, coalesce(d.ok, 0) AS ok,
    coalesce(d.broken, 0) AS broken, coalesce(d.skipped, 0) AS skipped, d.bytes, d.wire_bytes, d.mean_ms,
    h.robots_status, h.crawl_delay_ms, h.given_up, h.address, h.http_version, h.id
FROM host h LEFT JOIN done d ON d.host_id = h.id;

CREATE VIEW most_linked AS
WITH sorted AS MATERIALIZED (SELECT id, links FROM inbound_links ORDER BY links DESC)
SELECT (SELECT u.url FROM url u WHERE u.id = i.id) AS url, i.links, (SELECT p.status FROM page p WHERE p.id = i.id) AS status,
    (SELECT p.title FROM page p WHERE p.id = i.id) AS title, i.id
FROM sorted i;

-- Pages that a sitemap names but nothing links to.
CREATE VIEW orphans AS
SELECT u.url, p.status, p.title, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS sitemap, p.id
FROM url u JOIN page p ON p.id = u.id
WHERE u.via = 34 AND p.kind = 0 AND u.id NOT IN (SELECT id FROM inbound_links);

CREATE VIEW sitemaps AS
SELECT u.url, p.status, (SELECT o.name FROM outcome o WHERE o.id = p.outcome) AS outcome, p.bytes, p.links_out AS entries,
    p.error, (SELECT f.url FROM url f WHERE f.id = u.found_on) AS found_on, p.id, p.sitemap AS format
FROM page p JOIN url u ON u.id = p.id
WHERE p.kind = 2;

CREATE VIEW traps AS
WITH left_out AS (SELECT rule_id, count(*) AS urls FROM url WHERE skip = 7 GROUP BY rule_id)
SELECT t.shape AS template, t.pages, e.url AS example, coalesce(l.urls, 0) AS skipped, r.name AS reason, t.run_id, t.id
FROM trap t
    JOIN rule r ON r.id = t.rule_id
    LEFT JOIN url e ON e.id = t.example_id
    LEFT JOIN left_out l ON l.rule_id = t.rule_id;

CREATE VIEW politeness AS
SELECT h.origin AS host, l.run_id, l.requests, l.bytes, l.errors, l.too_many, l.least_gap_ms, l.median_gap_ms,
    l.most_parallel, h.crawl_delay_ms, h.robots_status, coalesce(r.refused, 0) AS robots_refused
FROM host_run l JOIN host h ON h.id = l.host_id
    LEFT JOIN (SELECT u.host_id, count(*) AS refused FROM url u JOIN skip_reason s ON s.id = u.skip
        WHERE s.name = 'robots' GROUP BY u.host_id) r ON r.host_id = h.id;

CREATE VIEW tries AS
SELECT u.url, t.number, o.name AS outcome, t.status, t.error, t.first_byte_ms, t.total_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_ms / 1000.0, 'unixepoch') AS ended_at, t.run_id, t.url_id AS id
FROM try t
    JOIN url u ON u.id = t.url_id
    LEFT JOIN outcome o ON o.id = t.outcome;

CREATE VIEW robots_tries AS
SELECT h.origin AS host, t.number, t.url, o.name AS outcome, t.status, t.error, t.total_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_ms / 1000.0, 'unixepoch') AS ended_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.again_ms / 1000.0, 'unixepoch') AS again_at, t.run_id, t.host_id AS id
FROM robots_try t
    JOIN host h ON h.id = t.host_id
    LEFT JOIN outcome o ON o.id = t.outcome;

CREATE VIEW runs AS
SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended_at,
    (ended_ms - started_ms) / 1000.0 AS seconds, outcome, args, settings, versions, stats
FROM run;
