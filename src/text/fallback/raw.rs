//! Elements whose content is text to the tokenizer.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TokenSinkResult};

use super::tags::Attributes;

/// What becomes of such content.
pub(super) enum Raw {
    /// Nothing that is in it is shown.
    Nothing,
    /// `script type="math/tex"`.
    Tex(String),
    /// `iframe`: its tag, and what browsers without frames would show.
    Frame(Tag, String),
}

/// What the content of an element means that holds no tags (HTML §13.2.6.4.7), and how it is read.
pub(super) fn raw_content(tag: &Tag, in_svg: bool) -> Option<(Raw, TokenSinkResult<()>)> {
    if in_svg && tag.self_closing {
        return None;
    }
    let kind = match &*tag.name {
        "script" => {
            let kind = TokenSinkResult::RawData(RawKind::ScriptData);
            let says = Attributes(&tag.attrs).get("type").unwrap_or_default();
            let is_tex = says.trim_start().starts_with("math/tex");
            let raw = if is_tex {
                Raw::Tex(String::new())
            } else {
                Raw::Nothing
            };
            return Some((raw, kind));
        }
        "iframe" => {
            let raw = Raw::Frame(tag.clone(), String::new());
            return Some((raw, TokenSinkResult::RawData(RawKind::Rawtext)));
        }
        "style" | "xmp" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => return None,
    };
    Some((Raw::Nothing, kind))
}
