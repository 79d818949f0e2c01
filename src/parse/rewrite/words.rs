//! What elements mean. Every format's words are in one table: a feed mixes them, and they do not collide.

use super::spaces::Space;

/// A field of which one value is kept: the first of the best rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Title,
    Id,
    Summary,
    Content,
    Language,
    Rights,
    Generator,
    Icon,
    /// `itunes:new-feed-url`.
    NewFeed,
    /// RSS: a short text under a name that RSS does not have.
    OwnSummary,
    /// RSS: a whole text under such a name.
    OwnContent,
}

impl Slot {
    pub(super) const COUNT: usize = Self::OwnContent as usize + 1;
}

/// A date of which the best is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Date {
    Published,
    Updated,
}

impl Date {
    pub(super) const COUNT: usize = Self::Updated as usize + 1;
}

/// Something that a feed asks of those who poll it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Ttl,
    /// `skipHours`: one of them.
    SkipHour,
    /// `skipDays`: one of them.
    SkipDay,
    /// `sy:updatePeriod`.
    Period,
    /// `sy:updateFrequency`.
    Frequency,
}

/// A field of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// `itunes:episode`.
    Number,
    /// `itunes:season`.
    Season,
    /// `podcast:episode`, which may have a name.
    NamedNumber,
    /// `podcast:season`, which may have a name.
    NamedSeason,
    Kind,
    Explicit,
    Transcript,
    Chapters,
    Thread,
}

/// What an element is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Entry,
    Channel,
    /// Something around what counts.
    Wrapper,
    /// A text of the feed or entry, and its rank: 0 is the format's own word.
    Slot(Slot, u8),
    /// A date, and its rank.
    Date(Date, u8),
    Link,
    /// The publisher's own link, where a tracker has put another in its place.
    OwnLink,
    Category,
    /// Something around categories.
    Categories,
    /// Categories with commas between them.
    Keywords,
    /// By rank: those of the best rank are the authors.
    Person(u8),
    Source,
    Image,
    Enclosure,
    MediaGroup,
    MediaContent,
    MediaTitle,
    MediaPlayer,
    Thumbnail,
    /// `itunes:image`.
    Cover,
    Duration,
    /// A field that podcast apps know.
    Episode(Part),
    /// RSS `comments`: the page of the discussion.
    Comments,
    /// `wfw:commentRss`: its feed.
    CommentFeed,
    /// What it asks of those who poll it.
    Ask(Ask),
    /// Known, and of no use.
    Nothing,
    /// A word of the feed's own vocabulary that no standard has.
    Unknown,
    /// Another vocabulary.
    Foreign,
}

impl Word {
    /// What an element without namespace means in RSS, which has one word for a text: `description`. Publishers add others for
    /// kickers and teasers.
    pub(super) fn in_rss(self, local: &str, in_entry: bool) -> Self {
        match local {
            "summary" | "subtitle" | "abstract" | "tagline" if in_entry => {
                Self::Slot(Slot::OwnSummary, 0)
            }
            "summary" | "subtitle" | "abstract" | "tagline" => Self::Slot(Slot::Summary, 1),
            "content" if in_entry => Self::Slot(Slot::OwnContent, 0),
            "body" if in_entry => Self::Slot(Slot::OwnContent, 1),
            _ => self,
        }
    }
}

/// The meaning of an element; `local` in lower case.
pub(super) fn word(space: Space, local: &str, in_entry: bool) -> Word {
    match space {
        Space::Core => core(local, in_entry),
        Space::Content if local == "encoded" => Word::Slot(Slot::Content, 0),
        Space::Dublin | Space::DublinTerms => dublin(space, local),
        Space::Media if in_entry => media(local),
        Space::Podcast => podcast(local, in_entry),
        Space::PodcastIndex => podcast_index(local, in_entry),
        Space::CommentApi if in_entry && local == "commentrss" => Word::CommentFeed,
        Space::Syndication => match local {
            "updateperiod" => Word::Ask(Ask::Period),
            "updatefrequency" => Word::Ask(Ask::Frequency),
            _ => Word::Nothing,
        },
        Space::Tracker if in_entry && local == "origlink" => Word::OwnLink,
        Space::Xhtml if in_entry && matches!(local, "body" | "div" | "p") => {
            Word::Slot(Slot::Content, 1)
        }
        Space::Rdf => match local {
            "rdf" | "seq" | "bag" => Word::Wrapper,
            _ => Word::Nothing,
        },
        _ => Word::Foreign,
    }
}

fn core(local: &str, in_entry: bool) -> Word {
    match local {
        "item" | "entry" => Word::Entry,
        "channel" | "feed" => Word::Channel,
        "items" | "entries" | "rss" | "skiphours" | "skipdays" => Word::Wrapper,
        "title" => Word::Slot(Slot::Title, 0),
        "link" | "a" => Word::Link,
        "guid" | "id" => Word::Slot(Slot::Id, 0),
        "description" | "summary" | "abstract" | "tagline" | "subtitle" => {
            Word::Slot(Slot::Summary, 0)
        }
        "content" => Word::Slot(Slot::Content, 0),
        "body" | "fullitem" | "encoded" if in_entry => Word::Slot(Slot::Content, 1),
        "pubdate" | "published" | "issued" => Word::Date(Date::Published, 0),
        "date" => Word::Date(Date::Published, 2),
        "created" => Word::Date(Date::Published, 3),
        "updated" | "modified" | "lastbuilddate" => Word::Date(Date::Updated, 0),
        "author" | "managingeditor" => Word::Person(0),
        "contributor" => Word::Person(3),
        "webmaster" => Word::Person(4),
        "category" => Word::Category,
        "categories" => Word::Categories,
        "enclosure" => Word::Enclosure,
        "source" if in_entry => Word::Source,
        "comments" if in_entry => Word::Comments,
        "image" => Word::Image,
        "icon" if !in_entry => Word::Slot(Slot::Icon, 0),
        "logo" if !in_entry => Word::Slot(Slot::Icon, 1),
        "language" => Word::Slot(Slot::Language, 0),
        "copyright" | "rights" => Word::Slot(Slot::Rights, 0),
        "generator" if !in_entry => Word::Slot(Slot::Generator, 0),
        "ttl" if !in_entry => Word::Ask(Ask::Ttl),
        "hour" if !in_entry => Word::Ask(Ask::SkipHour),
        "day" if !in_entry => Word::Ask(Ask::SkipDay),
        "textinput" | "cloud" | "comments" | "docs" | "schedule" => Word::Nothing,
        _ => Word::Unknown,
    }
}

fn dublin(space: Space, local: &str) -> Word {
    match local {
        "title" => Word::Slot(Slot::Title, 1),
        "description" | "abstract" => Word::Slot(Slot::Summary, 1),
        "creator" | "author" => Word::Person(0),
        "contributor" => Word::Person(3),
        "subject" => Word::Category,
        "language" => Word::Slot(Slot::Language, 1),
        "rights" => Word::Slot(Slot::Rights, 1),
        "issued" => Word::Date(Date::Published, 1),
        "date" if space == Space::Dublin => Word::Date(Date::Published, 2),
        "created" => Word::Date(Date::Published, 3),
        "modified" => Word::Date(Date::Updated, 1),
        _ => Word::Nothing,
    }
}

fn media(local: &str) -> Word {
    match local {
        "group" => Word::MediaGroup,
        "content" => Word::MediaContent,
        "title" => Word::MediaTitle,
        "description" => Word::Slot(Slot::Summary, 5),
        "thumbnail" => Word::Thumbnail,
        "player" => Word::MediaPlayer,
        "keywords" => Word::Keywords,
        "category" => Word::Category,
        // Photographers and studios: better than nobody.
        "credit" => Word::Person(5),
        _ => Word::Nothing,
    }
}

fn podcast(local: &str, in_entry: bool) -> Word {
    match local {
        "title" if in_entry => Word::Slot(Slot::Title, 3),
        "summary" => Word::Slot(Slot::Summary, 3),
        "description" => Word::Slot(Slot::Summary, 4),
        "subtitle" => Word::Slot(Slot::Summary, 4),
        "author" => Word::Person(2),
        "owner" => Word::Person(4),
        "image" => Word::Cover,
        "category" => Word::Category,
        "keywords" => Word::Keywords,
        "duration" if in_entry => Word::Duration,
        "new-feed-url" | "newfeedurl" if !in_entry => Word::Slot(Slot::NewFeed, 0),
        "episode" if in_entry => Word::Episode(Part::Number),
        "season" if in_entry => Word::Episode(Part::Season),
        "episodetype" if in_entry => Word::Episode(Part::Kind),
        "explicit" => Word::Episode(Part::Explicit),
        _ => Word::Nothing,
    }
}

fn podcast_index(local: &str, in_entry: bool) -> Word {
    match local {
        "person" => Word::Person(1),
        "episode" if in_entry => Word::Episode(Part::NamedNumber),
        "season" if in_entry => Word::Episode(Part::NamedSeason),
        "transcript" if in_entry => Word::Episode(Part::Transcript),
        "chapters" if in_entry => Word::Episode(Part::Chapters),
        "socialinteract" if in_entry => Word::Episode(Part::Thread),
        _ => Word::Foreign,
    }
}

/// Whether an element right within a field means that the field's end tag was forgotten. HTML's own words do not:
/// `<source>` in a description is a part of it.
pub(super) fn ends_a_field(word: Word, local: &str) -> bool {
    match word {
        Word::Entry | Word::Channel | Word::Category | Word::Enclosure => true,
        Word::Link => local == "link",
        Word::Person(_) => true,
        Word::Slot(..) | Word::Date(..) | Word::Ask(Ask::Ttl) => !matches!(
            local,
            "body" | "div" | "p" | "abstract" | "date" | "summary" | "content"
        ),
        _ => false,
    }
}
