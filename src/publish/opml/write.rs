//! Writes a list.

use super::list::OpmlSource;
use crate::publish::xml::Xml;

/// Writes a list. Readers know folders and not `category`: a source stands in a folder by its first tag.
#[must_use]
pub fn opml(sources: &[OpmlSource]) -> String {
    let mut folders: Vec<(Vec<&str>, Vec<&OpmlSource>)> = Vec::new();
    for source in sources {
        let folder = folder_of(source);
        match folders.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, inside)) => inside.push(source),
            None => folders.push((folder, vec![source])),
        }
    }
    let mut xml = Xml::new();
    xml.element("opml", &[("version", "2.0")], |xml| {
        xml.element("head", &[], |xml| {
            xml.text("title", &[], "Mainstem sources");
        });
        xml.element("body", &[], |xml| {
            for (folder, inside) in &folders {
                write_folder(xml, folder, inside);
            }
        });
    });
    String::from_utf8(xml.finish().head).expect("written as UTF-8")
}

/// The first tag, and those that `category` cannot say: it is a list with commas, and slashes around a name mean nothing in it.
fn folder_of(source: &OpmlSource) -> Vec<&str> {
    let mut tags = source.tags.iter().map(String::as_str);
    let first = tags.next();
    let unfit = tags.filter(|tag| tag.contains(',') || tag.trim_matches(['/', ' ']) != *tag);
    first.into_iter().chain(unfit).collect()
}

fn write_folder(xml: &mut Xml, folder: &[&str], inside: &[&OpmlSource]) {
    let Some((name, rest)) = folder.split_first() else {
        for source in inside {
            write_source(xml, source);
        }
        return;
    };
    xml.element("outline", &[("text", name), ("title", name)], |xml| {
        write_folder(xml, rest, inside);
    });
}

fn write_source(xml: &mut Xml, source: &OpmlSource) {
    let folder = folder_of(source);
    let others = source.tags.iter().map(String::as_str);
    let others: Vec<&str> = others.filter(|tag| !folder.contains(tag)).collect();
    let category = others.join(",");
    let title = source.title.as_deref().unwrap_or(&source.xml_url);
    let mut attributes = vec![
        ("type", "rss"),
        ("text", title),
        // Some readers look for this one only.
        ("title", title),
        ("xmlUrl", &source.xml_url),
    ];
    attributes.extend(source.html_url.as_deref().map(|url| ("htmlUrl", url)));
    attributes.extend((!category.is_empty()).then_some(("category", category.as_str())));
    attributes.extend(source.is_comment.then_some(("isComment", "true")));
    xml.empty("outline", &attributes);
}
