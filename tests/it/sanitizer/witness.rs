//! What an HTML parser makes of what the sanitizer lets through: a tree that keeps nothing but objections.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{
    Attribute, ExpandedName, QualName, local_name, ns, parse_document, parse_fragment,
};
use url::Url;

use super::policy::{ANYWHERE, ATTRIBUTES, ELEMENTS, LINK_REL, SCHEMES};

/// What finished frames and links carry beyond what their publishers may set.
const ADDED: &[(&str, &str)] = &[
    ("a", "rel"),
    ("iframe", "sandbox"),
    ("iframe", "loading"),
    ("iframe", "referrerpolicy"),
];

/// What is wrong with clean HTML, put into a page or into a part of one.
pub(super) fn objections(html: &str) -> Vec<String> {
    let mut objections = Vec::new();
    // Readers without scripts parse `noscript` in another way.
    for has_scripts in [true, false] {
        let mut options = html5ever::ParseOpts::default();
        options.tree_builder.scripting_enabled = has_scripts;
        objections.extend(parse_document(Witness::default(), options.clone()).one(html));
        let div = QualName::new(None, ns!(html), local_name!("div"));
        let part = parse_fragment(Witness::default(), options, div, Vec::new(), has_scripts);
        objections.extend(part.one(html));
    }
    objections
}

#[derive(Default)]
struct Witness {
    objections: RefCell<Vec<String>>,
}

impl Witness {
    fn object(&self, what: String) {
        self.objections.borrow_mut().push(what);
    }

    fn look_at(&self, name: &QualName, attributes: &[Attribute]) {
        let element = &*name.local;
        // What a page has anyhow, as it has none of these of its own.
        let is_frame = matches!(element, "html" | "head" | "body") && attributes.is_empty();
        if name.ns != ns!(html) || !(is_frame || ELEMENTS.contains(&element)) {
            self.object(format!("<{element}> of {:?}", name.ns));
        }
        for attribute in attributes {
            let (name, value) = (&*attribute.name.local, &*attribute.value);
            let of_element = ATTRIBUTES.iter().find(|(of, _)| *of == element);
            let is_known = ANYWHERE.contains(&name)
                || ADDED.contains(&(element, name))
                || of_element.is_some_and(|(_, names)| names.contains(&name));
            if !is_known {
                self.object(format!("<{element} {name}>"));
            }
            if !is_good(element, name, value) {
                self.object(format!("<{element} {name}={value:?}>"));
            }
        }
    }
}

fn is_good(element: &str, name: &str, value: &str) -> bool {
    let scheme = |address: &str| Some(Url::parse(address).ok()?.scheme().to_owned());
    let is_web = |address: &str| matches!(scheme(address).as_deref(), Some("http" | "https"));
    match (element, name) {
        ("a", "href") => scheme(value).is_some_and(|scheme| SCHEMES.contains(&scheme.as_str())),
        ("a", "rel") => value == LINK_REL,
        (_, "href" | "src" | "poster" | "cite") => is_web(value),
        (_, "srcset") => value
            .split(", ")
            .all(|one| one.split(' ').next().is_some_and(is_web)),
        _ => true,
    }
}

impl TreeSink for Witness {
    type Handle = Rc<QualName>;
    type Output = Vec<String>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Vec<String> {
        self.objections.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<QualName> {
        Rc::new(QualName::new(None, ns!(), local_name!("")))
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<QualName>) -> ExpandedName<'a> {
        target.expanded()
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        _: ElementFlags,
    ) -> Rc<QualName> {
        self.look_at(&name, &attributes);
        Rc::new(name)
    }

    fn create_comment(&self, text: StrTendril) -> Rc<QualName> {
        self.object(format!("a comment: {text:?}"));
        self.get_document()
    }

    fn create_pi(&self, target: StrTendril, _: StrTendril) -> Rc<QualName> {
        self.create_comment(target)
    }

    fn append(&self, _: &Rc<QualName>, _: NodeOrText<Rc<QualName>>) {}

    fn append_based_on_parent_node(
        &self,
        _: &Rc<QualName>,
        _: &Rc<QualName>,
        _: NodeOrText<Rc<QualName>>,
    ) {
    }

    fn append_doctype_to_document(&self, name: StrTendril, _: StrTendril, _: StrTendril) {
        self.object(format!("a document type: {name:?}"));
    }

    fn get_template_contents(&self, target: &Rc<QualName>) -> Rc<QualName> {
        Rc::clone(target)
    }

    fn same_node(&self, one: &Rc<QualName>, other: &Rc<QualName>) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &Rc<QualName>, _: NodeOrText<Rc<QualName>>) {}

    fn add_attrs_if_missing(&self, target: &Rc<QualName>, attributes: Vec<Attribute>) {
        self.look_at(target, &attributes);
    }

    fn remove_from_parent(&self, _: &Rc<QualName>) {}

    fn reparent_children(&self, _: &Rc<QualName>, _: &Rc<QualName>) {}
}
