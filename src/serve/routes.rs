//! The table of routes: which document a path names, and who may read it.

use std::borrow::Cow;

use http::{HeaderMap, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;

use super::answer::{
    Answer, FIRST_PASS, fixed, later, not_found, precondition_failed, response, text,
};
use super::archive::{Archives, Name, numbered};
use super::credentials::{REST, refused};
use super::document::answer;
use super::front::Resources;
use super::pages::{self, PageQuery};
use super::precondition::{Selected, Verdict, evaluate};
use super::site::{Content, Served, Site};
use crate::model::{OutputId, SourceId, StoryId};
use crate::pages::{ArchivedPart, Asset, Pages, Wanted};
use crate::publish::DocumentFormat;

/// How the name of an archive document ends, and that of its page does not.
const DOCUMENT: &str = ".atom";

/// What a path names.
enum Route<'p> {
    /// The probe of liveness.
    Alive,
    /// The probe of readiness.
    Ready,
    /// The list of sources.
    Sources,
    /// The feed of what is wrong with them.
    Health,
    /// An output's document, by its name.
    Document(Cow<'p, str>),
    /// An output's page, by its id.
    Listing(Cow<'p, str>),
    /// The corrections of an output's items, by its id.
    Changes(Cow<'p, str>),
    /// An output's archive document, by its name, or the page that shows one.
    Archive(Cow<'p, str>, Cow<'p, str>),
    /// A file that pages are shown with.
    Asset(&'static Asset),
    /// The page of everything.
    Front,
    /// Another page that is made for the request.
    Page(Wanted),
}

impl<'p> Route<'p> {
    /// `None`: nothing. Names are percent-decoded; a segment that is not UTF-8 names nothing.
    fn of(path: &'p str) -> Option<Self> {
        let mut segments = path.strip_prefix('/')?.split('/');
        Some(match [(); 4].map(|()| segments.next()) {
            [Some(""), None, ..] => Self::Front,
            [Some("sources"), None, ..] => Self::Page(Wanted::Sources),
            [Some("source"), Some(id), None, ..] => {
                Self::Page(Wanted::Source(SourceId::new(&decoded(id)?).ok()?))
            }
            [Some("story"), Some(id), None, ..] => Self::Page(Wanted::Story(story(&decoded(id)?)?)),
            [Some("static"), Some(_), None, ..] => Self::Asset(Asset::at(&path[1..])?),
            [Some(output), Some("preview"), None, ..] => {
                Self::Page(Wanted::Preview(OutputId::new(&decoded(output)?).ok()?))
            }
            [Some("healthz"), None, ..] => Self::Alive,
            [Some("readyz"), None, ..] => Self::Ready,
            [Some("sources.opml"), None, ..] => Self::Sources,
            [Some("health.atom"), None, ..] => Self::Health,
            [Some(name), None, ..] => match decoded(name)? {
                // No id has a full stop.
                document if document.contains('.') => Self::Document(document),
                output => Self::Listing(output),
            },
            [Some(output), Some("changes.atom"), None, _] => Self::Changes(decoded(output)?),
            [Some(output), Some("archive"), Some(document), None] => {
                Self::Archive(decoded(output)?, decoded(document)?)
            }
            _ => return None,
        })
    }
}

impl Route<'_> {
    /// Whether it is a page or a part of one.
    fn is_for_people(&self) -> bool {
        match self {
            Self::Front | Self::Page(_) | Self::Listing(_) | Self::Asset(_) => true,
            Self::Archive(_, name) => !name.ends_with(DOCUMENT),
            Self::Alive
            | Self::Ready
            | Self::Sources
            | Self::Health
            | Self::Document(_)
            | Self::Changes(_) => false,
        }
    }
}

/// A story's number as it is written in addresses; each has one name.
fn story(id: &str) -> Option<StoryId> {
    let number: i64 = id.parse().ok()?;
    (number > 0 && number.to_string() == id).then_some(StoryId(number))
}

fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}

/// What is served to readers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Routes {
    site: Site,
    archives: Archives,
    pages: Pages,
}

impl Routes {
    pub(super) fn new(site: Site, archives: Archives, pages: Pages) -> Self {
        Self {
            site,
            archives,
            pages,
        }
    }
}

impl Resources for Routes {
    fn get(&self, target: &Uri, asked: HeaderMap) -> Answer {
        let content = self.site.0.load();
        let query = target.query();
        let route = Route::of(target.path());
        let is_for_people = route.as_ref().is_some_and(Route::is_for_people);
        let answer = match route {
            None => not_found().into(),
            Some(Route::Alive) => text(StatusCode::OK, [], "alive\n").into(),
            Some(Route::Ready) => ready(&content),
            Some(Route::Sources) => sources(&content, query, &asked),
            Some(Route::Health) => health(&content, query, asked),
            Some(Route::Document(name)) => document(&content, &name, query, asked),
            Some(Route::Asset(asset)) => Answer::pending(pages::asset(asset, asked)),
            Some(Route::Front) => self.page(Wanted::Front(content.shown()), query, asked),
            Some(Route::Page(wanted)) => self.page(wanted, query, asked),
            Some(Route::Listing(output)) => self.listing(&content, &output, query, asked),
            Some(Route::Changes(output)) => changes(&content, &output, query, asked),
            Some(Route::Archive(output, name)) => {
                self.archive(&content, (&output, &name), query, asked)
            }
        };
        match is_for_people {
            true => answer.closed_to_other_sites(),
            false => answer,
        }
    }

    fn is_probe(&self, path: &str) -> bool {
        matches!(Route::of(path), Some(Route::Alive | Route::Ready))
    }
}

fn ready(content: &Content) -> Answer {
    match content.why_not_ready() {
        None => text(StatusCode::OK, [], "ready\n").into(),
        Some(why) => later(format!("not ready: {why}\n")).into(),
    }
}

fn sources(content: &Content, query: Option<&str>, asked: &HeaderMap) -> Answer {
    if let Some(refused) = refused(content.token.as_ref(), REST, query, asked) {
        return refused.into();
    }
    // The list has no validators; only `*` matches what has no entity tag.
    let list = Selected {
        etag: None,
        is_current: |_: &str| false,
        modified: None,
    };
    let answer = match evaluate(asked, &list) {
        Verdict::Answer => {
            let headers = [
                fixed(header::CONTENT_TYPE, "text/x-opml; charset=utf-8"),
                fixed(header::CACHE_CONTROL, content.caching()),
            ];
            response(StatusCode::OK, headers, content.sources_opml.clone())
        }
        Verdict::NotModified => response(StatusCode::NOT_MODIFIED, [], ""),
        Verdict::Failed => precondition_failed(),
    };
    answer.into()
}

fn health(content: &Content, query: Option<&str>, asked: HeaderMap) -> Answer {
    if let Some(refused) = refused(content.token.as_ref(), REST, query, &asked) {
        return refused.into();
    }
    match &content.health {
        None => later("the sources are still being examined\n").into(),
        Some(published) => answer(published, asked),
    }
}

fn document(content: &Content, name: &str, query: Option<&str>, asked: HeaderMap) -> Answer {
    let Some((id, served, format)) = named(content, name) else {
        return not_found().into();
    };
    if let Some(refused) = refused(served.token.as_ref(), id, query, &asked) {
        return refused.into();
    }
    match served.published.get(&format) {
        None => later(FIRST_PASS).into(),
        Some(published) => answer(published, asked),
    }
}

fn changes(content: &Content, output: &str, query: Option<&str>, asked: HeaderMap) -> Answer {
    let Some(served) = content.outputs.get(output) else {
        return not_found().into();
    };
    if let Some(refused) = refused(served.token.as_ref(), output, query, &asked) {
        return refused.into();
    }
    match &served.changes {
        None => later(FIRST_PASS).into(),
        Some(published) => answer(published, asked),
    }
}

/// The output that a document's name names, under its id, and which of its documents it is.
fn named<'c, 'd>(
    content: &'c Content,
    document: &'d str,
) -> Option<(&'d str, &'c Served, DocumentFormat)> {
    let (id, ending) = document.rsplit_once('.')?;
    let mut formats = DocumentFormat::ALL.into_iter();
    let format = formats.find(|format| format.as_str() == ending)?;
    Some((id, content.outputs.get(id)?, format))
}

impl Routes {
    /// A page that is made for the request.
    fn page(&self, wanted: Wanted, query: Option<&str>, asked: HeaderMap) -> Answer {
        let is_preview = matches!(wanted, Wanted::Preview(_));
        match PageQuery::of(query, &asked, is_preview) {
            Ok(query) => Answer::pending(pages::answer(self.pages.clone(), wanted, query, asked)),
            Err(refused) => Answer::Ready(*refused),
        }
    }

    /// The page that an output's documents name as their own.
    fn listing(
        &self,
        content: &Content,
        output: &str,
        query: Option<&str>,
        asked: HeaderMap,
    ) -> Answer {
        let (Some(served), Ok(id)) = (content.outputs.get(output), OutputId::new(output)) else {
            return not_found().into();
        };
        if let Some(refused) = refused(served.token.as_ref(), output, query, &asked) {
            return refused.into();
        }
        match &served.shown {
            None => later(FIRST_PASS).into(),
            Some(shown) => self.page(Wanted::Output(id, shown.clone()), query, asked),
        }
    }

    /// An archive document, or the page that shows one.
    fn archive(
        &self,
        content: &Content,
        (output, document): (&str, &str),
        query: Option<&str>,
        asked: HeaderMap,
    ) -> Answer {
        let (Some(served), Ok(output)) = (content.outputs.get(output), OutputId::new(output))
        else {
            return not_found().into();
        };
        let token = served.token.as_ref();
        if let Some(refused) = refused(token, output.as_str(), query, &asked) {
            return refused.into();
        }
        let Some(shown) = &served.shown else {
            return later(FIRST_PASS).into();
        };
        let listing = &shown.listing;
        let (digits, is_document) = match document.strip_suffix(DOCUMENT) {
            Some(digits) => (digits, true),
            None => (document, false),
        };
        // What nothing links to is not looked for.
        let newest = listing.prev_archive;
        let Some(number) = numbered(digits).filter(|number| *number <= newest) else {
            return not_found().into();
        };
        let name = Name {
            output,
            number,
            base: listing.public_url.clone(),
        };
        let (archives, private) = (self.archives.clone(), token.is_some());
        if is_document {
            return Answer::pending(async move { archives.answer(name, private, &asked).await });
        }
        let query = match PageQuery::of(query, &asked, false) {
            Ok(query) => query,
            Err(refused) => return Answer::Ready(*refused),
        };
        let (pages, own) = (self.pages.clone(), listing.output.clone());
        Answer::pending(async move {
            let document = match archives.document(name).await {
                Ok(document) => document,
                Err(response) => return response,
            };
            let part = ArchivedPart {
                output: own.clone(),
                number,
                newest,
                document,
            };
            pages::answer(pages, Wanted::Archive(own.id.clone(), part), query, asked).await
        })
    }
}
