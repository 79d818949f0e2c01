//! The imports of every source file, read from its tokens: comments, strings and test modules are none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path of modules below the crate, without `mod`.
pub(super) type Module = Vec<String>;

/// What a file names of other files.
#[derive(Default)]
pub(super) struct Imports {
    /// Paths from the root of the crate that its code uses.
    used: BTreeSet<Vec<String>>,
    /// Names that it passes on with `pub use`, and what they mean.
    passed_on: BTreeMap<String, Vec<String>>,
}

/// All files of the crate.
pub(super) struct Tree {
    files: BTreeMap<Module, Imports>,
}

impl Tree {
    /// Reads every `.rs` file below `src`, but for `lib.rs`, which only declares modules.
    pub(super) fn read(src: &Path) -> Self {
        let mut texts = BTreeMap::new();
        collect(src, &mut Vec::new(), &mut texts);
        texts.remove(&vec!["lib".to_owned()]);
        let modules: BTreeSet<Module> = texts.keys().cloned().collect();
        let files = texts.into_iter().map(|(module, text)| {
            let tokens: TokenStream = text.parse().expect("tokens of Rust");
            let mut file = File {
                module: &module,
                modules: &modules,
                imports: Imports::default(),
            };
            file.scan(&tokens.into_iter().collect::<Vec<_>>());
            let imports = file.imports;
            (module, imports)
        });
        Self {
            files: files.collect(),
        }
    }

    /// The files.
    pub(super) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.files.keys()
    }

    /// The other files whose definitions a file uses. A name that a file passes on counts as its definer's.
    pub(super) fn imported_by(&self, module: &Module) -> BTreeSet<Module> {
        self.definers(module, self.files[module].used.iter())
    }

    /// The files of the definitions that a file passes on.
    pub(super) fn passed_on_by(&self, module: &Module) -> BTreeSet<Module> {
        self.definers(module, self.files[module].passed_on.values())
    }

    fn definers<'p>(
        &self,
        module: &Module,
        paths: impl Iterator<Item = &'p Vec<String>>,
    ) -> BTreeSet<Module> {
        let defined = paths.filter_map(|path| self.definer(path));
        defined.filter(|definer| definer != module).collect()
    }

    fn definer(&self, path: &[String]) -> Option<Module> {
        let mut path = path.to_vec();
        // Bounded: names that pass each other on in a circle do not compile.
        for _ in 0..16 {
            let at = (1..=path.len()).rev();
            let mut known = at.filter(|end| self.files.contains_key(&path[..*end]));
            let end = known.next()?;
            let passed_on = &self.files[&path[..end]].passed_on;
            match path.get(end).and_then(|name| passed_on.get(name)) {
                Some(meant) => path = [meant, &path[end + 1..]].concat(),
                None => return Some(path[..end].to_vec()),
            }
        }
        None
    }
}

fn collect(directory: &Path, above: &mut Module, texts: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if path.is_dir() {
            above.push(name.into_owned());
            collect(&path, above, texts);
            above.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let mut module = above.clone();
            if name != "mod" {
                module.push(name.into_owned());
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            texts.insert(module, text);
        }
    }
}

/// A file whose tokens are being read.
struct File<'a> {
    module: &'a Module,
    modules: &'a BTreeSet<Module>,
    imports: Imports,
}

impl File<'_> {
    fn scan(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while at < tokens.len() {
            if is_word(&tokens[at], "use") {
                let is_passed_on = is_public(&tokens[..at]);
                let end = tokens[at..].iter().position(|token| is_mark(token, ';'));
                let end = at + end.unwrap_or(tokens.len() - at);
                self.import(&tokens[at + 1..end], &[], is_passed_on);
                at = end;
            } else if let Some(body) = test_module(&tokens[at..]) {
                at += body;
            } else if is_word(&tokens[at], "pub") && is_group(tokens.get(at + 1)) {
                // Where it is visible is no use of it.
                at += 1;
            } else if let TokenTree::Group(group) = &tokens[at] {
                self.scan(&group.stream().into_iter().collect::<Vec<_>>());
            } else if is_path_begin(tokens, at) {
                let (path, end) = path_at(tokens, at);
                if path.len() > 1
                    && let Some(path) = self.rooted(&path)
                {
                    self.imports.used.insert(path);
                }
                at = end;
                continue;
            }
            at += 1;
        }
    }

    /// Notes what a `use` names, in groups too.
    fn import(&mut self, tokens: &[TokenTree], above: &[String], is_passed_on: bool) {
        let (path, end) = path_at(tokens, 0);
        let path = [above, &path].concat();
        match tokens.get(end) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for item in inner.split(|token| is_mark(token, ',')) {
                    self.import(item, &path, is_passed_on);
                }
            }
            rest => {
                let renamed = rest.filter(|token| is_word(token, "as"));
                let renamed = renamed.and_then(|_| tokens.get(end + 1));
                self.note(path, renamed.map(ToString::to_string), is_passed_on);
            }
        }
    }

    fn note(&mut self, mut path: Vec<String>, renamed: Option<String>, is_passed_on: bool) {
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let Some(name) = renamed.or_else(|| path.last().cloned()) else {
            return;
        };
        let Some(path) = self.rooted(&path) else {
            return;
        };
        match is_passed_on {
            true => drop(self.imports.passed_on.insert(name, path)),
            false => drop(self.imports.used.insert(path)),
        }
    }

    /// A path from the root of the crate; `None`: another crate's, or no module's.
    fn rooted(&self, path: &[String]) -> Option<Vec<String>> {
        let above = path.iter().take_while(|part| *part == "super").count();
        let own = |path: &[String]| [self.module, path].concat();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some(own(&path[1..])),
            "super" => {
                let depth = self.module.len().checked_sub(above)?;
                Some([&self.module[..depth], &path[above..]].concat())
            }
            child => {
                let child = own(&[child.to_owned()]);
                self.modules.contains(&child).then(|| own(path))
            }
        }
    }
}

/// The words of a path that begins here, and where it ends.
fn path_at(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string());
        at += 1;
        let is_separated = tokens.get(at..at + 2);
        if !is_separated.is_some_and(|marks| marks.iter().all(|mark| is_mark(mark, ':'))) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// Whether a path begins at this word: it is no part of one before it.
fn is_path_begin(tokens: &[TokenTree], at: usize) -> bool {
    let is_word = matches!(tokens[at], TokenTree::Ident(_));
    is_word && !(at >= 2 && tokens[at - 2..at].iter().all(|mark| is_mark(mark, ':')))
}

/// How many tokens a module of tests within the file takes.
fn test_module(tokens: &[TokenTree]) -> Option<usize> {
    let [hash, attribute, module, _, TokenTree::Group(_), ..] = tokens else {
        return None;
    };
    let is_test = is_mark(hash, '#') && attribute.to_string().replace(' ', "") == "[cfg(test)]";
    (is_test && is_word(module, "mod")).then_some(5)
}

fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., word, TokenTree::Group(_)] if is_word(word, "pub") => true,
        [.., word] => is_word(word, "pub"),
        [] => false,
    }
}

fn is_group(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}
