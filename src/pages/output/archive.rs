//! `/OUTPUT/archive/N`: what an archive document of an output shows.

use maud::html;

use super::super::elements::{counted, page_language};
use super::super::layout::Frame;
use super::super::made::{MadePage, NoPage};
use super::super::paging::{PagerLink, pager};
use super::super::request::{ArchivedPart, PageRequest};
use super::items::list;
use crate::model::Secret;
use crate::publish::read_archive;
use crate::store::StoreError;

/// How the root is reached from here.
const ROOT: &str = "../../";

/// Makes the page. `token`: the output's, which the visitor has brought.
pub(in crate::pages) async fn make(
    request: &PageRequest,
    part: ArchivedPart,
    token: Option<&Secret>,
) -> Result<MadePage, NoPage> {
    let ArchivedPart {
        output,
        number,
        newest,
        document,
    } = part;
    let reading = tokio::task::spawn_blocking(move || read_archive(&document));
    let archived = reading
        .await
        .map_err(|ended| StoreError::of_task("read an archive document", &ended))?;
    let query = request.visitor.query_for(token);
    let newer = match number < newest {
        true => format!("{}{query}", number + 1),
        false => format!("{ROOT}{}{query}", output.id),
    };
    let older = match archived.prev_archive {
        0 => None,
        prev => Some(format!("{prev}{query}")),
    };
    let title = format!("{}: older items, part {number}", output.title);
    let content = html! {
        h1 dir="auto" lang=[page_language(output.face.language.as_deref())] { (title) }
        p.muted {
            (counted(archived.items.len(), "item", "items")) " of "
            a href={ (ROOT) (output.id) (query) } { "the feed" } ", as they were when they left it"
        }
        h2 { "Items" }
        (list(request, &archived.items, ROOT))
        (pager(
            &PagerLink { words: "Newer items", href: Some(newer) },
            &PagerLink { words: "Older items", href: older },
        ))
    };
    let frame = Frame {
        title: &title,
        root: ROOT,
        request,
        head: html! {
            link rel="alternate" type="application/atom+xml" title={ (title) " (Atom)" } href={ (number) ".atom" (query) };
        },
        leads_on: !request.is_stranger(),
    };
    Ok(MadePage {
        html: frame.around(&content),
        is_private: token.is_some(),
    })
}
