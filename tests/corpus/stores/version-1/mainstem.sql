BEGIN TRANSACTION;
CREATE TABLE archives (
    output   INTEGER NOT NULL REFERENCES outputs,
    number   INTEGER NOT NULL,          -- from 1
    made_at  INTEGER NOT NULL,
    size     INTEGER NOT NULL,          -- bytes as written
    base     TEXT    NOT NULL,          -- what its links within the site begin with
    document BLOB    NOT NULL,          -- RFC 7932
    PRIMARY KEY (output, number)
) STRICT;
CREATE TABLE claims (
    shard    INTEGER PRIMARY KEY,
    owner    TEXT    NOT NULL,
    epoch    INTEGER NOT NULL,
    until_at INTEGER              -- NULL: no end, as long as the process lives
) STRICT;
CREATE TABLE entries (
    entry        INTEGER PRIMARY KEY AUTOINCREMENT,
    source       INTEGER NOT NULL REFERENCES sources,
    identity     BLOB    NOT NULL,
    story        INTEGER NOT NULL REFERENCES stories,
    relation     TEXT    NOT NULL,      -- first, same, update
    layer        TEXT,                  -- NULL: first
    score        REAL,
    matched      INTEGER,               -- the entry that it was recognized by; NULL: first
    edition_at   INTEGER NOT NULL,      -- which version of the release it carries
    words        INTEGER NOT NULL,      -- of the text, without blocks that its source repeats
    trimmed      INTEGER NOT NULL,      -- bit n: block n was left out of the comparison
    url_hash     BLOB,
    content_hash BLOB,
    whole        BLOB    NOT NULL,
    held         INTEGER NOT NULL,      -- 0 no, 1 backlog, 2 flood
    published_at INTEGER,               -- NULL: the publisher gave none that can be read
    updated_at   INTEGER,
    feed_updated INTEGER,               -- what its feed said of itself when the entry came or last changed
    ordered_at   INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,      -- exact to a day
    changed_at   INTEGER,               -- NULL: never edited
    expired_at   INTEGER,               -- NULL: whole; else only the identity is left
    guid         TEXT,                  -- NULL: the publisher gave none
    url          TEXT,
    title        TEXT    NOT NULL,
    language     TEXT,
    summary      TEXT,
    rest         TEXT,                  -- JSON of the rarer fields; NULL: none of them
    text         TEXT    NOT NULL,
    html         TEXT,
    UNIQUE (source, identity)
) STRICT;
INSERT INTO "entries" VALUES(1,3,X'20E0420E0419A7D41D65BE4C25BA7264',1,'first',NULL,NULL,NULL,1740816000000,5,0,X'20E0420E0419A7D41D65BE4C25BA7264',NULL,X'370273FC96F1C7B0687EE388CF439B38',0,1740816000000,NULL,NULL,1740816000000,1795952820251,1795952820251,NULL,NULL,NULL,'https://tool.example/about?ref=rss','About',NULL,NULL,NULL,'What the tool is for','What the tool is for');
INSERT INTO "entries" VALUES(2,3,X'18665E5410E20621D943F585756018CE',2,'first',NULL,NULL,NULL,1740988800000,4,0,X'18665E5410E20621D943F585756018CE',NULL,X'4AB1228C841DB3C7BF8326543F24C473',0,1740988800000,NULL,NULL,1740988800000,1795952820251,1795952820251,NULL,NULL,NULL,'https://tool.example/changes#1.2','Version 1.2',NULL,NULL,NULL,'The copy is faster','The copy is faster');
INSERT INTO "entries" VALUES(3,1,X'6DE5CA084F3BAF7BC26553C9D87345A0',3,'first',NULL,NULL,NULL,1740902400000,13,0,X'E170CE5F3E5750017F42CFF54840F247',X'120657044D739F6F69280711F691794D',X'13F1D690BB30BF98D978D9316A81BBA0',0,1740902400000,NULL,NULL,1740902400000,1795952820251,1795952820251,NULL,NULL,'https://harbour.example/2#n','https://harbour.example/2','Choir in the depot',NULL,NULL,NULL,'Forty singers perform in the disused tram depot on Sunday evening. 120 views.','Forty singers perform in the disused tram depot on Sunday evening. 120 views.');
INSERT INTO "entries" VALUES(4,1,X'D4139B0EE16C9E705E8C55CDDD2C4C43',4,'first',NULL,NULL,NULL,1740988800000,40,0,X'BC5BA581CF88C1377F22CBCF1F39E2F8',X'858FAFD7186AB19AEB8F2E4F75D733CD',X'0A4690F2463E01F328B5F6F7FC1D7653',0,1740988800000,NULL,NULL,1740988800000,1795952820251,1795952820251,NULL,NULL,'h1','https://harbour.example/1?utm_source=rss','Upper lock closes','en',NULL,NULL,'The river board will rebuild the upper lock at Haldenau before the autumn, after divers found 14 cracks in the sill that carries both gates. Barges will be turned away for six weeks, and shorter boats take the side channel.','The river board will rebuild the upper lock at Haldenau before the autumn, after divers found 14 cracks in the sill that carries both gates. Barges will be turned away for six weeks, and shorter boats take the side channel.');
INSERT INTO "entries" VALUES(5,5,X'BF61A0FA29D3A55406FA15E0F864316E',5,'first',NULL,NULL,NULL,1795952820251,2,0,X'BF61A0FA29D3A55406FA15E0F864316E',NULL,X'B52D0F60F435918F542C4A49E5A73535',0,NULL,NULL,NULL,1795952820251,1795952820252,1795952820252,NULL,NULL,'g','https://board.example/l','Library opens late',NULL,NULL,NULL,'At eleven.','At eleven.');
INSERT INTO "entries" VALUES(6,5,X'F76661D130E626F396245673C4AF1593',6,'first',NULL,NULL,NULL,1795952820252,2,0,X'F76661D130E626F396245673C4AF1593',NULL,X'828F77DD847D4E0A5F9955E00909BA28',0,NULL,NULL,NULL,1795952820252,1795952820252,1795952820252,NULL,NULL,'g','https://board.example/r','Road closed at the mill',NULL,NULL,NULL,'Until Friday.','Until Friday.');
INSERT INTO "entries" VALUES(7,6,X'3D5B2DC08BC77EDCC5409F252AF2174F',7,'first',NULL,NULL,NULL,1772359200000,4,0,NULL,NULL,X'77F35B91D04A4013C29B2C8091795AB5',0,1772359200000,NULL,NULL,1772359200000,1795952820252,1795952820252,NULL,NULL,NULL,NULL,'Version 1.44',NULL,NULL,NULL,'Date arithmetic is faster','Date arithmetic is faster');
INSERT INTO "entries" VALUES(8,4,X'F0E58E926DE886F1B50F324182187F82',8,'first',NULL,NULL,NULL,1741161600000,5,0,X'F0E58E926DE886F1B50F324182187F82',NULL,X'0A783BAB98CC7241986D6ED6966C29AB',0,1741161600000,NULL,NULL,1741161600000,1795952820252,1795952820252,NULL,NULL,NULL,'https://board.example/notices','Ferry stops',NULL,NULL,NULL,'The pier is open again.','The pier is open again.');
INSERT INTO "entries" VALUES(9,2,X'44480F06EA59F57A35B7C68FE5CCAFB5',4,'same','content',1.0,4,1740988800000,40,0,X'375F91BC06AD0AEC4BE7916592993A1D',X'858FAFD7186AB19AEB8F2E4F75D733CD',X'EB7940D8EAC5A006C410137E5117D504',0,1740992400000,NULL,NULL,1740992400000,1795952820252,1795952820252,NULL,NULL,'m9','https://mirror.example/9','Upper lock closes','en',NULL,NULL,'The river board will rebuild the upper lock at Haldenau before the autumn, after divers found 14 cracks in the sill that carries both gates. Barges will be turned away for six weeks, and shorter boats take the side channel.','The river board will rebuild the upper lock at Haldenau before the autumn, after divers found 14 cracks in the sill that carries both gates. Barges will be turned away for six weeks, and shorter boats take the side channel.');
CREATE TABLE feed_changes (
    count INTEGER NOT NULL
) STRICT;
INSERT INTO "feed_changes" VALUES(6);
CREATE TABLE health (
    source      INTEGER NOT NULL REFERENCES sources,
    trouble     TEXT    NOT NULL,
    began_at    INTEGER NOT NULL,
    resolved_at INTEGER,          -- NULL: it lasts
    message     TEXT    NOT NULL,
    PRIMARY KEY (source, trouble, began_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE near_fresh (
    log   INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL,
    week  INTEGER NOT NULL,
    keys  BLOB    NOT NULL        -- four bytes each, little-endian
) STRICT;
INSERT INTO "near_fresh" VALUES(1,3,2878,X'E3B8A51458E3F134D1062955236E2D983CE642AE335D76D04B7F7FDE4AA52EFD');
INSERT INTO "near_fresh" VALUES(2,4,2878,X'5AF30029C001F6475671935AA6736687D825E688BB8DA3A1053719C0112960CEEB0021E94BAB26F9');
INSERT INTO "near_fresh" VALUES(3,9,2878,X'5AF30029C001F6475671935AA6736687D825E688BB8DA3A1053719C0112960CEEB0021E94BAB26F9');
CREATE TABLE near_keys (
    slot  INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (slot, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
    story    INTEGER PRIMARY KEY REFERENCES stories,
    revision INTEGER NOT NULL,
    since    INTEGER NOT NULL
) STRICT;
CREATE TABLE output_items (
    output     INTEGER NOT NULL REFERENCES outputs,
    story      INTEGER NOT NULL,
    slot       INTEGER NOT NULL,        -- 0: the whole story; else the entry that stands for itself; below 0: an edition announced
    entry      INTEGER NOT NULL,        -- the member shown
    whole      BLOB    NOT NULL,
    edition_at INTEGER NOT NULL,
    item_id    TEXT    NOT NULL,
    ordered_at INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    left_at    INTEGER,                 -- NULL: in
    archive    INTEGER,                 -- number of the archive document that it stands in; NULL: none
    PRIMARY KEY (output, story, slot),
    UNIQUE (output, item_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "output_items" VALUES(1,1,1,1,X'370273FC96F1C7B0687EE388CF439B38',1740816000000,'urn:uuid:2433a20b-574e-8e5c-95aa-3ce634d2c6e2',1740816000000,1795952820260,1740816000000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,2,2,2,X'4AB1228C841DB3C7BF8326543F24C473',1740988800000,'urn:uuid:14ab4758-9ce7-8a39-a26c-257f29fcf4e5',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,3,3,3,X'13F1D690BB30BF98D978D9316A81BBA0',1740902400000,'https://harbour.example/2#n',1740902400000,1795952820260,1740902400000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,4,4,4,X'0A4690F2463E01F328B5F6F7FC1D7653',1740988800000,'urn:uuid:0aaf7036-1e64-8743-a87a-4084583b0f1c',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,4,9,9,X'EB7940D8EAC5A006C410137E5117D504',1740988800000,'urn:uuid:12c759d3-4abc-8931-b6a7-1531f2375f28',1740992400000,1795952820260,1740992400000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,5,5,5,X'B52D0F60F435918F542C4A49E5A73535',1795952820251,'urn:uuid:9e241f67-8f5b-80b1-be5d-ddd23532b696',1795952820251,1795952820260,1795952820251,NULL,NULL);
INSERT INTO "output_items" VALUES(1,6,6,6,X'828F77DD847D4E0A5F9955E00909BA28',1795952820252,'urn:uuid:35bdef6a-fe76-897f-848d-0b922c2419fa',1795952820252,1795952820260,1795952820252,NULL,NULL);
INSERT INTO "output_items" VALUES(1,7,7,7,X'77F35B91D04A4013C29B2C8091795AB5',1772359200000,'urn:uuid:39764506-8a47-80ff-b45f-0f994d313b35',1772359200000,1795952820260,1772359200000,NULL,NULL);
INSERT INTO "output_items" VALUES(1,8,8,8,X'0A783BAB98CC7241986D6ED6966C29AB',1741161600000,'urn:uuid:63167d69-2fa7-8afe-849e-b269809a33e5',1741161600000,1795952820260,1741161600000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,1,0,1,X'370273FC96F1C7B0687EE388CF439B38',1740816000000,'urn:uuid:2433a20b-574e-8e5c-95aa-3ce634d2c6e2',1740816000000,1795952820260,1740816000000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,2,0,2,X'4AB1228C841DB3C7BF8326543F24C473',1740988800000,'urn:uuid:14ab4758-9ce7-8a39-a26c-257f29fcf4e5',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,3,0,3,X'13F1D690BB30BF98D978D9316A81BBA0',1740902400000,'https://harbour.example/2#n',1740902400000,1795952820260,1740902400000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,4,0,4,X'0A4690F2463E01F328B5F6F7FC1D7653',1740988800000,'urn:uuid:0aaf7036-1e64-8743-a87a-4084583b0f1c',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,5,0,5,X'B52D0F60F435918F542C4A49E5A73535',1795952820251,'urn:uuid:9e241f67-8f5b-80b1-be5d-ddd23532b696',1795952820251,1795952820260,1795952820251,NULL,NULL);
INSERT INTO "output_items" VALUES(2,6,0,6,X'828F77DD847D4E0A5F9955E00909BA28',1795952820252,'urn:uuid:35bdef6a-fe76-897f-848d-0b922c2419fa',1795952820252,1795952820260,1795952820252,NULL,NULL);
INSERT INTO "output_items" VALUES(2,7,0,7,X'77F35B91D04A4013C29B2C8091795AB5',1772359200000,'urn:uuid:39764506-8a47-80ff-b45f-0f994d313b35',1772359200000,1795952820260,1772359200000,NULL,NULL);
INSERT INTO "output_items" VALUES(2,8,0,8,X'0A783BAB98CC7241986D6ED6966C29AB',1741161600000,'urn:uuid:63167d69-2fa7-8afe-849e-b269809a33e5',1741161600000,1795952820260,1741161600000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,1,0,1,X'370273FC96F1C7B0687EE388CF439B38',1740816000000,'urn:uuid:2433a20b-574e-8e5c-95aa-3ce634d2c6e2',1740816000000,1795952820260,1740816000000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,2,0,2,X'4AB1228C841DB3C7BF8326543F24C473',1740988800000,'urn:uuid:14ab4758-9ce7-8a39-a26c-257f29fcf4e5',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,3,0,3,X'13F1D690BB30BF98D978D9316A81BBA0',1740902400000,'https://harbour.example/2#n',1740902400000,1795952820260,1740902400000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,4,0,4,X'0A4690F2463E01F328B5F6F7FC1D7653',1740988800000,'urn:uuid:0aaf7036-1e64-8743-a87a-4084583b0f1c',1740988800000,1795952820260,1740988800000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,5,0,5,X'B52D0F60F435918F542C4A49E5A73535',1795952820251,'urn:uuid:9e241f67-8f5b-80b1-be5d-ddd23532b696',1795952820251,1795952820260,1795952820251,NULL,NULL);
INSERT INTO "output_items" VALUES(3,6,0,6,X'828F77DD847D4E0A5F9955E00909BA28',1795952820252,'urn:uuid:35bdef6a-fe76-897f-848d-0b922c2419fa',1795952820252,1795952820260,1795952820252,NULL,NULL);
INSERT INTO "output_items" VALUES(3,7,0,7,X'77F35B91D04A4013C29B2C8091795AB5',1772359200000,'urn:uuid:39764506-8a47-80ff-b45f-0f994d313b35',1772359200000,1795952820260,1772359200000,NULL,NULL);
INSERT INTO "output_items" VALUES(3,8,0,8,X'0A783BAB98CC7241986D6ED6966C29AB',1741161600000,'urn:uuid:63167d69-2fa7-8afe-849e-b269809a33e5',1741161600000,1795952820260,1741161600000,NULL,NULL);
CREATE TABLE outputs (
    output     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    rules      BLOB,                    -- what its whole membership was judged by; NULL: must be replayed
    replaying  BLOB,                    -- what a replay under way judges by; NULL: none, or it was crossed by other rules
    documents  BLOB,                    -- hash of its documents; NULL: never rendered
    changed_at INTEGER                  -- when that hash last changed
) STRICT;
INSERT INTO "outputs" VALUES(1,'all',X'4DC85F179E9529F5E203435A237AAA70',NULL,X'D6CDCA8D92F683D39C0AFDFD11D943A5',1795952820384);
INSERT INTO "outputs" VALUES(2,'announced',X'9F248585B4C806546005AD5E0440BF12',NULL,X'1356C31815CDF34C6CC6D9FB87EF3207',1795952820336);
INSERT INTO "outputs" VALUES(3,'merged',X'E50569E0CC7D468548AC9563F602E224',NULL,X'8E87A98AC099F0621EE90464BA781B9B',1795952820304);
CREATE TABLE rule_spans (
    rule     TEXT    NOT NULL,          -- whose
    part     TEXT    NOT NULL,          -- its text
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (rule, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE source_blocks (
    source INTEGER PRIMARY KEY REFERENCES sources,
    blocks BLOB    NOT NULL
) STRICT;
INSERT INTO "source_blocks" VALUES(1,X'0102009DFCB9D373A91D650100B475E83B5CC66A740100');
INSERT INTO "source_blocks" VALUES(2,X'0101009DFCB9D373A91D650100');
INSERT INTO "source_blocks" VALUES(3,X'01020046BEC1E068B23587010020832CB519D89DAA0100');
INSERT INTO "source_blocks" VALUES(4,X'010100FBC60DDFD243831E0100');
INSERT INTO "source_blocks" VALUES(5,X'01020060F39AFF37066B270100CF61F161DB4A12D30100');
INSERT INTO "source_blocks" VALUES(6,X'010100CDF06B10573DB9060100');
CREATE TABLE source_state (
    source        INTEGER PRIMARY KEY REFERENCES sources,
    shard         INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    due_at        INTEGER,        -- NULL: never asked, or not again by itself
    because       TEXT,
    validator_url TEXT,           -- NULL: no validators
    etag          BLOB,
    last_modified BLOB,
    body_hash     BLOB,           -- NULL: no body was parsed
    parsed_at     INTEGER,        -- when its present document was parsed whole
    moved_to      TEXT,
    attempt_at    INTEGER,        -- NULL: never asked
    success_at    INTEGER,
    errors        INTEGER NOT NULL DEFAULT 0,
    retry_after   INTEGER,
    fresh_for     INTEGER,        -- seconds; NULL: the server does not say
    fresh_by      TEXT,           -- the header that says so
    ttl           INTEGER,        -- seconds, as update_every: what the feed asks of those who poll it
    update_every  INTEGER,
    skip_hours    INTEGER NOT NULL DEFAULT 0,  -- bit n: the hour from n o'clock UTC
    skip_days     INTEGER NOT NULL DEFAULT 0,  -- bit 0: Monday
    gone          INTEGER NOT NULL DEFAULT 0,
    mean_gap      INTEGER,        -- seconds
    last_new_at   INTEGER,
    outcome       TEXT,           -- of the last refresh; NULL: never asked
    class         TEXT,
    status        INTEGER,
    message       TEXT,
    day           INTEGER NOT NULL DEFAULT 0,  -- the UTC day that day_items counts
    day_items     INTEGER NOT NULL DEFAULT 0,
    entries       INTEGER NOT NULL DEFAULT 0,  -- stored entries, and those of them that joined another's story
    duplicates    INTEGER NOT NULL DEFAULT 0,
    renamed       INTEGER NOT NULL DEFAULT 0   -- how often a known entry came back under another GUID
) STRICT;
INSERT INTO "source_state" VALUES(1,0,0,1796039151400,'adaptive: quiet for 636d3h',NULL,NULL,NULL,X'37CC4932712BD3175A7FE5E75FE5F1D7',1795952820251,NULL,1795952820251,1795952820251,0,NULL,NULL,NULL,NULL,NULL,0,0,0,86400,1740988800000,'fresh',NULL,NULL,NULL,0,0,2,0,0);
INSERT INTO "source_state" VALUES(2,0,0,1796039053993,'adaptive: quiet for 636d2h',NULL,NULL,NULL,X'02F3853F9A5FBE1FE1BDD8E0BF3A4C81',1795952820252,NULL,1795952820252,1795952820252,0,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1740992400000,'fresh',NULL,NULL,NULL,0,0,1,1,0);
INSERT INTO "source_state" VALUES(3,0,0,1796038995384,'adaptive: quiet for 636d3h',NULL,NULL,NULL,X'1E9A060761F010C95C9005F99961CD26',1795952820251,NULL,1795952820251,1795952820251,0,NULL,NULL,NULL,NULL,NULL,0,0,0,86400,1740988800000,'fresh',NULL,NULL,'3 entries have no GUID: told apart by link, title and date',0,0,2,0,0);
INSERT INTO "source_state" VALUES(4,0,0,1796039105211,'adaptive: quiet for 634d3h',NULL,NULL,NULL,X'05655F91B3F44B47ECAB00A12F02B0DD',1795952820252,NULL,1795952820252,1795952820252,0,NULL,NULL,NULL,NULL,NULL,0,0,0,86400,1741161600000,'fresh',NULL,NULL,'2 entries have no GUID: told apart by link, title and date',0,0,1,0,0);
INSERT INTO "source_state" VALUES(5,0,0,1795953787452,'adaptive: quiet for 0s',NULL,NULL,NULL,X'C5F91A69D9B3F9C94FC2910F3212E1B1',1795952820252,NULL,1795952820252,1795952820252,0,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1795952820252,'fresh',NULL,NULL,'2 entries share a GUID: told apart by link, title and date',0,0,2,0,0);
INSERT INTO "source_state" VALUES(6,0,0,1796039134904,'adaptive: quiet for 273d1h',NULL,NULL,NULL,X'FEDECA1F81643B72B64F25CA80E1C36C',1795952820252,NULL,1795952820252,1795952820252,0,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1772359200000,'fresh',NULL,NULL,'1 entries have no GUID: told apart by link, title and date',0,0,1,0,0);
CREATE TABLE sources (
    source     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    location   TEXT    NOT NULL,
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,           -- NULL: configured
    feed_id    TEXT,              -- the feed's own fields; all NULL until a document was parsed
    title      TEXT,
    home_url   TEXT,
    self_url   TEXT,
    language   TEXT,
    icon       TEXT,
    revision   INTEGER NOT NULL DEFAULT 0  -- grows when one of these changes
) STRICT;
INSERT INTO "sources" VALUES(1,'guids','/var/feeds/guids.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES(2,'copies','/var/feeds/copies.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES(3,'links','/var/feeds/links.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES(4,'board','/var/feeds/board.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES(5,'shared','/var/feeds/shared.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
INSERT INTO "sources" VALUES(6,'bare','/var/feeds/bare.xml',1795952820240,NULL,NULL,'Harbour','https://harbour.example/',NULL,NULL,NULL,1);
CREATE TABLE stories (
    story      INTEGER PRIMARY KEY AUTOINCREMENT,
    revision   INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    began_at   INTEGER NOT NULL,          -- edition_at of the entry that it began with
    ruled      INTEGER NOT NULL DEFAULT 0 -- 1: a person has parted it from another; nothing merges it
) STRICT;
INSERT INTO "stories" VALUES(1,1,1795952820251,1740816000000,0);
INSERT INTO "stories" VALUES(2,1,1795952820251,1740988800000,0);
INSERT INTO "stories" VALUES(3,1,1795952820251,1740902400000,0);
INSERT INTO "stories" VALUES(4,2,1795952820251,1740988800000,0);
INSERT INTO "stories" VALUES(5,1,1795952820252,1795952820251,0);
INSERT INTO "stories" VALUES(6,1,1795952820252,1795952820252,0);
INSERT INTO "stories" VALUES(7,1,1795952820252,1772359200000,0);
INSERT INTO "stories" VALUES(8,1,1795952820252,1741161600000,0);
CREATE TABLE versions (
    name    TEXT    PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
INSERT INTO "versions" VALUES('texts',1);
CREATE INDEX source_state_due ON source_state (shard, due_at);
CREATE INDEX entries_url     ON entries (url_hash)     WHERE url_hash IS NOT NULL;
CREATE INDEX entries_content ON entries (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX entries_identity ON entries (identity);
CREATE INDEX entries_story   ON entries (story);
CREATE INDEX entries_seen    ON entries (last_seen)    WHERE expired_at IS NULL;
CREATE INDEX outbox_since ON outbox (since);
CREATE INDEX output_items_window ON output_items (output, ordered_at DESC, item_id) WHERE left_at IS NULL;
CREATE INDEX output_items_unarchived ON output_items (output, ordered_at) WHERE left_at IS NULL AND archive IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sources',6);
INSERT INTO "sqlite_sequence" VALUES('stories',8);
INSERT INTO "sqlite_sequence" VALUES('entries',9);
INSERT INTO "sqlite_sequence" VALUES('near_fresh',3);
INSERT INTO "sqlite_sequence" VALUES('outputs',12);
COMMIT;
PRAGMA application_id = 1298229614;
PRAGMA user_version = 1;
