//! What publishers repeat: whose habits a source's entries teach, and which stored entries are affected by what was learned.

use std::collections::HashMap;

use url::Url;

use crate::dedupe::{Boilerplate, Prepared, publisher, read};
use crate::model::EntryId;
use crate::store::rows::{EntryRows, Owner, PublisherRows, Site, SourceRow, StoredText};

/// The newest entries of a source that are looked through when its publisher is seen to repeat something.
const OWN_AFFECTED: usize = 256;
/// The newest entries of each other source of the publisher that are looked through then.
const OTHERS_AFFECTED: usize = 32;
/// A site that more sources link to is a platform of many publishers: each source is then a publisher of its own.
const MAX_SOURCES: usize = 8;

/// Under whom repeated text is remembered for a source. `links`: of the entries in its document. Notes the site that most of them
/// lead to.
pub(in crate::store) fn owner<'u, R: PublisherRows>(
    rows: &R,
    source: SourceRow,
    links: impl Iterator<Item = Option<&'u Url>>,
) -> Result<Owner, R::Error> {
    let site = site_of(links);
    rows.set_site(source, site)?;
    match site {
        Some(site) if sources_of(rows, site)?.len() <= MAX_SOURCES => Ok(Owner::Site(site)),
        _ => Ok(Owner::Source(source)),
    }
}

/// The site that more than half of these links lead to.
fn site_of<'u>(links: impl Iterator<Item = Option<&'u Url>>) -> Option<Site> {
    let mut sites: HashMap<u64, usize> = HashMap::new();
    let mut count = 0;
    for link in links {
        count += 1;
        if let Some(site) = publisher(link) {
            *sites.entry(site).or_default() += 1;
        }
    }
    let most = sites.into_iter().find(|(_, links)| links * 2 > count);
    most.map(|(site, _)| Site((site >> 1).cast_signed()))
}

/// Sources that link to a site, up to the number that shows a platform.
fn sources_of<R: PublisherRows>(rows: &R, site: Site) -> Result<Vec<SourceRow>, R::Error> {
    rows.sources_of_site(site, MAX_SOURCES + 1)
}

/// The publisher's newest entries with text that it is now known to repeat, prepared without that text.
pub(in crate::store) fn affected<R: PublisherRows + EntryRows>(
    rows: &R,
    source: SourceRow,
    owner: Owner,
    known: &Boilerplate,
) -> Result<Vec<(EntryId, Prepared)>, R::Error> {
    let mut others = match owner {
        Owner::Site(site) => sources_of(rows, site)?,
        Owner::Source(_) => Vec::new(),
    };
    others.retain(|other| *other != source);
    let others = others.into_iter().map(|other| (other, OTHERS_AFFECTED));
    let mut affected = Vec::new();
    for (source, limit) in others.chain([(source, OWN_AFFECTED)]) {
        let read = |stored| trimmed_anew(&stored, known);
        let texts = rows.latest_texts(source, limit, read)?;
        affected.extend(texts.into_iter().flatten());
    }
    Ok(affected)
}

/// A stored entry prepared without what its publisher is known to repeat; `None`: that was left out already.
fn trimmed_anew(stored: &StoredText, known: &Boilerplate) -> Option<(EntryId, Prepared)> {
    let reading = read(&stored.title, &stored.text, stored.dateline.as_deref());
    let trimmed = reading.repeated(known) | stored.trimmed;
    (trimmed != stored.trimmed).then(|| (stored.id, reading.prepare(trimmed)))
}
