//! `mainstem import`: another reader's list as `[[source]]` tables, with an account of every line of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use url::Url;

use crate::config::Config;
use crate::model::{Location, Source};
use crate::parse::text_of;
use crate::publish::{OpmlOutline, OpmlSource, read_opml};

/// Largest list, bytes: some hundred thousand sources.
const MAX_LIST: u64 = 64 * 1024 * 1024;
/// Addresses that other readers give to what only they can do.
const SCHEMES: &[(&str, &str)] = &[
    ("exec", "it is the output of a program of that reader's"),
    ("filter", "it goes through a program of that reader's"),
    ("query", "it is a search among that reader's entries"),
    ("mailto", "it is a mailing list"),
    (
        "file",
        "a local file is written as path = \"…\" in a [[source]]",
    ),
];

/// What became of the lines of a list.
#[derive(Debug, Default)]
struct Sorted {
    /// What is new, each address once, in order.
    imported: Vec<(Url, OpmlSource)>,
    /// What is configured already.
    known: usize,
    /// The lines that give no source, each with its address and the reason, in order.
    left_out: Vec<(usize, String, String)>,
}

/// Prints the sources of a list that the configuration does not have, under ids that it does not have. What is left out is told on
/// stderr.
pub(super) fn import(file: &Path, known: Option<&Config>, quiet: bool) -> anyhow::Result<()> {
    let name = match file.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => file.display().to_string(),
    };
    let bytes = read(file).with_context(|| name.clone())?;
    let outlines = read_opml(&text_of(&bytes)).with_context(|| name.clone())?;
    let configured: Vec<&Source> = known.iter().flat_map(|config| sources(config)).collect();
    let sorted = sort(outlines, &configured);
    let mut ids = configured.iter().map(|own| own.id.to_string()).collect();
    let tables: String = sorted
        .imported
        .iter()
        .map(|(_, source)| table(source, &new_id(source, &mut ids)))
        .collect();
    super::output::print(tables.as_bytes())?;
    if !quiet {
        tell(&sorted, &name);
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        let stdin = std::io::stdin().lock();
        stdin.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(file)?;
        file.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_LIST {
        bail!(
            "longer than {} MiB: this is no list of sources",
            MAX_LIST >> 20
        );
    }
    Ok(bytes)
}

/// All that is configured, enabled or not.
fn sources(config: &Config) -> impl Iterator<Item = &Source> {
    let enabled = config.targets.iter().map(|target| &*target.source);
    enabled.chain(config.disabled.iter().map(|source| &**source))
}

/// Tells new sources from known ones and from what is none. An address that stands on several lines is one source with the tags of
/// all.
fn sort(outlines: Vec<OpmlOutline>, configured: &[&Source]) -> Sorted {
    let known: BTreeMap<&Url, &Source> = configured
        .iter()
        .filter_map(|own| match &own.location {
            Location::Url(url) => Some((url, *own)),
            Location::File(_) => None,
        })
        .collect();
    let mut sorted = Sorted::default();
    let mut seen: BTreeMap<Url, (usize, usize)> = BTreeMap::new();
    for OpmlOutline {
        line,
        kind,
        is_feed,
        source,
    } in outlines
    {
        let url = match address(&source, &kind, is_feed) {
            Ok(url) => url,
            Err(reason) => {
                sorted.left_out.push((line, source.xml_url, reason));
                continue;
            }
        };
        let reason = if let Some(own) = known.get(&url) {
            sorted.known += 1;
            format!("it is configured already, as the source \"{}\"", own.id)
        } else if let Some((nth, first)) = seen.get(&url) {
            let tags = &mut sorted.imported[*nth].1.tags;
            let more: Vec<_> = source
                .tags
                .into_iter()
                .filter(|tag| !tags.contains(tag))
                .collect();
            tags.extend(more);
            format!("it is the same as in line {first}, which has its tags too")
        } else {
            seen.insert(url.clone(), (sorted.imported.len(), line));
            sorted.imported.push((url, source));
            continue;
        };
        sorted
            .left_out
            .push((line, Location::Url(url).to_string(), reason));
    }
    sorted
}

/// The address that can be polled, else why there is none.
fn address(source: &OpmlSource, kind: &str, is_feed: bool) -> Result<Url, String> {
    if !is_feed {
        return Err(match kind.eq_ignore_ascii_case("include") {
            true => "it names a list of its own: import that one".to_owned(),
            false => "it is a link, not a feed".to_owned(),
        });
    }
    // FreshRSS names so what it makes out of pages and answers by itself.
    if kind.contains('+') {
        return Err(format!(
            "{kind} is no feed, but made out of it by another reader"
        ));
    }
    if source.xml_url.is_empty() {
        return Err("it has no xmlUrl".to_owned());
    }
    match Url::parse(&source.xml_url) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") => {
            // No server sees it, and the configuration does without.
            url.set_fragment(None);
            Ok(url)
        }
        Ok(url) => {
            let mut schemes = SCHEMES.iter();
            let own = schemes.find(|(scheme, _)| *scheme == url.scheme());
            Err(own.map_or_else(
                || format!("{}: is not on the web", url.scheme()),
                |(_, reason)| (*reason).to_owned(),
            ))
        }
        Err(error) => Err(format!("it is no address: {error}")),
    }
}

/// A line for each line that was left out, as compilers write them, and the count.
fn tell(sorted: &Sorted, name: &str) {
    for (line, address, reason) in &sorted.left_out {
        // Control characters in an imported list must not reach the terminal, which would carry them out.
        let address = address.replace(|c: char| c.is_control(), "\u{FFFD}");
        let of = if address.is_empty() { "" } else { ": " };
        super::output::note(&format!("{name}:{line}: {address}{of}left out, {reason}"));
    }
    super::output::note(&format!(
        "{} imported, {} known, {} left out",
        sorted.imported.len(),
        sorted.known,
        sorted.left_out.len() - sorted.known
    ));
}

fn table(source: &OpmlSource, id: &str) -> String {
    let mut text = format!(
        "[[source]]\nid    = {}\nurl   = {}\n",
        quoted(id),
        quoted(&source.xml_url)
    );
    if let Some(title) = &source.title {
        let _ = writeln!(text, "title = {}", quoted(title));
    }
    if !source.tags.is_empty() {
        let tags: Vec<String> = source.tags.iter().map(|tag| quoted(tag)).collect();
        let _ = writeln!(text, "tags  = [{}]", tags.join(", "));
    }
    if source.is_comment {
        text.push_str("enabled = false\n");
    }
    text.push('\n');
    text
}

/// A basic string of TOML: JSON's escapes are among its own, but for DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7F}', "\\u007F")
}

/// Makes an id for a source from its title, or from its host if it has no title, and appends a number if the id is taken.
fn new_id(source: &OpmlSource, ids: &mut BTreeSet<String>) -> String {
    let host = Url::parse(&source.xml_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let slug = |text: &str| -> String {
        let folded = crate::text::fold(text);
        let words: Vec<&str> = folded
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        words.join("-").to_ascii_lowercase()
    };
    let candidates = [
        slug(source.title.as_deref().unwrap_or_default()),
        slug(&host),
        "source".to_owned(),
    ];
    let base: String = candidates
        .iter()
        .find(|slug| !slug.is_empty())
        .map(|slug| slug.chars().take(60).collect())
        .unwrap_or_default();
    let mut id = base.clone();
    for number in 2.. {
        if ids.insert(id.clone()) {
            break;
        }
        id = format!("{base}-{number}");
    }
    id
}
