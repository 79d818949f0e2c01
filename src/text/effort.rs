//! What it would take to make a tree of HTML: the one guard in front of the sanitizer.
//!
//! An HTML parser searches its open elements, formatting elements and siblings at every tag, and a serializer searches a
//! text at every character that it escapes: a few hundred kilobytes can cost minutes. To tell from the tags alone takes the
//! whole of HTML's rules, so the parser itself is run, with a tree that holds nothing and counts what is asked of it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{Attribute, ExpandedName, QualName, local_name, ns};

/// HTML of no more bytes cannot cost much, whatever is in it.
const SMALL: usize = 1024;
/// Bytes given to the parser at a time.
const PIECE: usize = 1024;
/// Words that may follow one another without a tag, comment or text coming of them. A tag's attributes are compared with one
/// another before any of them is seen here.
const MAX_UNHEARD: usize = 8 * 1024;

/// Steps that HTML may take for each of its bytes, of some 50 ns each without optimization: an article takes three, a table
/// of single digits six. Two thousand short entries are bounded by it as one long one is.
const STEPS_PER_BYTE: usize = 32;
/// Steps that it may take, however long it is: those of [the longest](super::allowed::MAX_BYTES) article, with some to spare.
const MAX_STEPS: usize = 4_000_000;
/// Elements within elements. Browsers make no deeper trees, and nobody writes them.
const DEEPEST: usize = 512;
/// Steps of an element: made, searched for, written, read again.
const STEPS_PER_ELEMENT: usize = 24;
/// Steps of a tag, which may be an end tag that comes to nothing.
const STEPS_PER_TAG: usize = 4;
/// Steps of a piece of text, of which there is one for every reference and stray bracket.
const STEPS_PER_TEXT: usize = 8;
/// Pairs of attributes compared in one step: the tokenizer looks for each among those before it.
const PAIRS_PER_STEP: usize = 16;
/// Siblings passed over in one step.
const SIBLINGS_PER_STEP: usize = 8;
/// Bytes of text that the serializer searches in one step.
const BYTES_PER_STEP: usize = 16;

/// Steps of comparing a formatting element with an open one, of which HTML keeps three that are alike.
const STEPS_PER_ALIKE: usize = 8;
/// The elements that HTML opens again where others were closed over them.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Whether parsing and writing this takes a bounded time.
pub(super) fn is_bounded(html: &str) -> bool {
    bounded(html).is_ok()
}

/// Whether parsing and writing this takes a bounded time.
///
/// # Errors
/// About how many of its bytes would take no more than that; 0 where its length is not the reason.
pub(super) fn bounded(html: &str) -> Result<(), usize> {
    if html.len() <= SMALL {
        return Ok(());
    }
    let most = MAX_STEPS.min(html.len() * STEPS_PER_BYTE);
    let effort = Effort::default();
    let context = create_element(
        &effort,
        QualName::new(None, ns!(html), local_name!("div")),
        Vec::new(),
    );
    let tree = TreeBuilder::new_for_fragment(effort, context, None, TreeBuilderOpts::default());
    let options = TokenizerOpts {
        initial_state: Some(tree.tokenizer_state_for_context_elem(false)),
        ..TokenizerOpts::default()
    };
    let heard = Cell::new(false);
    let tokenizer = Tokenizer::new(Meter { tree, heard, most }, options);
    let queue = BufferQueue::default();
    let (mut rest, mut unheard) = (html, 0);
    while !rest.is_empty() {
        let read = html.len() - rest.len();
        let before = tokenizer.sink.tree.sink.steps.get();
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
        rest = after;
        queue.push_back(StrTendril::from_slice(piece));
        // It stops at every script, to have it run.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        unheard = words(piece)
            + if tokenizer.sink.heard.take() {
                0
            } else {
                unheard
            };
        if unheard > MAX_UNHEARD || tokenizer.sink.tree.sink.is_too_deep.get() {
            return Err(0);
        }
        if tokenizer.sink.is_spent() {
            let alone = tokenizer.sink.tree.sink.steps.get() - before;
            let is_long = read >= MAX_STEPS / STEPS_PER_BYTE && alone < MAX_STEPS / 8;
            return Err(if is_long { read } else { 0 });
        }
    }
    tokenizer.end();
    if tokenizer.sink.is_spent() || tokenizer.sink.tree.sink.is_too_deep.get() {
        Err(0)
    } else {
        Ok(())
    }
}

/// At least as many as attributes begin in it: each begins after white space, a slash or a quote.
fn words(piece: &str) -> usize {
    let parts = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
    let bytes = piece.as_bytes();
    bytes
        .windows(2)
        .filter(|pair| parts(pair[0]) && !parts(pair[1]))
        .count()
        + 1
}

/// Between tokenizer and tree.
struct Meter {
    tree: TreeBuilder<Rc<Node>, Effort>,
    /// Whether anything came since it was last asked.
    heard: Cell<bool>,
    /// Steps that may be taken.
    most: usize,
}

impl Meter {
    fn is_spent(&self) -> bool {
        self.tree.sink.steps.get() > self.most
    }
}

impl TokenSink for Meter {
    type Handle = Rc<Node>;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        match &token {
            // Of errors there are many within one tag.
            Token::ParseError(_) => return TokenSinkResult::Continue,
            Token::TagToken(tag) => {
                let (each, pairs) = (tag.attrs.len(), tag.attrs.len() * tag.attrs.len() / 2);
                self.tree
                    .sink
                    .take(STEPS_PER_TAG + each + pairs / PAIRS_PER_STEP);
            }
            _ => {}
        }
        self.heard.set(true);
        if self.is_spent() {
            return TokenSinkResult::Continue;
        }
        self.tree.process_token(token, line)
    }

    fn end(&self) {
        self.tree.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.tree
            .adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// A node as far as the tree builder asks about it.
struct Node {
    name: QualName,
    /// Elements around it, where it was put first.
    depth: Cell<usize>,
    is_integration_point: bool,
    /// For a formatting element: lives as long as the tree builder remembers it.
    _remembered: Option<Rc<()>>,
}

/// A tree that forgets everything but what it was asked to do.
#[derive(Default)]
struct Effort {
    steps: Cell<usize>,
    /// Elements made: more than any has siblings.
    elements: Cell<usize>,
    /// Attributes that went to elements made before.
    merged: Cell<usize>,
    /// Shared by the formatting elements that the tree builder remembers.
    formatting: Rc<()>,
    /// Bytes of the text that is being written, and how many of them the serializer stops at.
    text: Cell<(usize, usize)>,
    root: RefCell<Option<Rc<Node>>>,
    is_too_deep: Cell<bool>,
}

impl Effort {
    fn take(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    fn take_child(&self, child: &NodeOrText<Rc<Node>>) {
        let NodeOrText::AppendText(text) = child else {
            self.text.set((0, 0));
            return;
        };
        // Pieces of one text become one node, at whose every escaped character the rest of it is searched.
        let (bytes, stops) = self.text.get();
        let more = text
            .bytes()
            .filter(|byte| matches!(byte, b'&' | 0xC2))
            .count();
        self.text.set((bytes + text.len(), stops + more));
        let searched = stops * text.len() + more * (bytes + text.len());
        self.take(STEPS_PER_TEXT + searched / BYTES_PER_STEP);
    }

    fn take_siblings(&self) {
        self.take(1 + self.elements.get() / SIBLINGS_PER_STEP);
    }
}

impl TreeSink for Effort {
    type Handle = Rc<Node>;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        let mut root = self.root.borrow_mut();
        let made = root.get_or_insert_with(|| {
            Rc::new(Node {
                name: QualName::new(None, ns!(), local_name!("")),
                depth: Cell::default(),
                is_integration_point: false,
                _remembered: None,
            })
        });
        Rc::clone(made)
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        self.take(1);
        target.name.expanded()
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Rc<Node> {
        self.take(STEPS_PER_ELEMENT + attributes.len());
        for attribute in attributes {
            let stops = attribute
                .value
                .bytes()
                .filter(|byte| matches!(byte, b'&' | 0xC2))
                .count();
            self.take(stops * attribute.value.len() / BYTES_PER_STEP);
        }
        self.elements.set(self.elements.get() + 1);
        let is_formatting = FORMATTING.contains(&&*name.local);
        if is_formatting {
            self.take(STEPS_PER_ALIKE * Rc::strong_count(&self.formatting));
        }
        Rc::new(Node {
            name,
            depth: Cell::default(),
            is_integration_point: flags.mathml_annotation_xml_integration_point,
            _remembered: is_formatting.then(|| Rc::clone(&self.formatting)),
        })
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Node> {
        self.take(STEPS_PER_TAG);
        self.get_document()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Node> {
        self.create_comment(StrTendril::new())
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        if let NodeOrText::AppendNode(node) = &child {
            let depth = parent.depth.get() + 1;
            node.depth.set(depth);
            if depth > DEEPEST {
                self.is_too_deep.set(true);
            }
        }
        self.take_child(&child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Node>,
        _: &Rc<Node>,
        child: NodeOrText<Rc<Node>>,
    ) {
        self.append_before_sibling(element, child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        Rc::clone(target)
    }

    fn same_node(&self, one: &Rc<Node>, other: &Rc<Node>) -> bool {
        self.take(1);
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.take_siblings();
        self.take_child(&child);
    }

    fn add_attrs_if_missing(&self, _: &Rc<Node>, attributes: Vec<Attribute>) {
        self.merged.set(self.merged.get() + attributes.len());
        self.take(self.merged.get());
    }

    fn remove_from_parent(&self, _: &Rc<Node>) {
        self.take_siblings();
    }

    fn reparent_children(&self, _: &Rc<Node>, _: &Rc<Node>) {
        self.take_siblings();
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &Rc<Node>) -> bool {
        node.is_integration_point
    }
}
