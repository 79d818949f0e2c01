//! Which entries are one story, without a store: the laws that no order of arrival makes a difference, and that every entry has
//! one place. Cases stand in `tests/corpus/stories`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::Duration;
use mainstem::dedupe::{
    Comparison, Group, Link, Node, Part, Present, Role, Sameness, Version, partition,
};
use mainstem::model::{EntryId, Layer, Relation, SourceId, StoryId, Timestamp};
use proptest::prelude::*;

use Sameness::{Apart, Same, Update};

fn moment(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a moment");
    start + Duration::minutes(minutes)
}

fn node(nth: i64, title: &str) -> Node {
    Node {
        id: EntryId(nth),
        source: SourceId::new(&format!("s{nth}")).expect("an id"),
        identity: [u8::try_from(nth).expect("few"); 16],
        priority: 0,
        published: Some(moment(nth)),
        compared_at: moment(nth),
        revised_at: None,
        version: Version::of(title),
        present: None,
        role: Role::first(moment(nth)),
    }
}

fn link(one: i64, other: i64, sameness: Sameness, layer: Layer, score: f64) -> Link {
    let found = Comparison {
        sameness,
        layer,
        score,
    };
    Link::new(EntryId(one), EntryId(other), found)
}

/// Entries that come one after the other, as a store takes them.
#[derive(Default)]
struct Arrived {
    nodes: BTreeMap<EntryId, Node>,
    links: Vec<Link>,
    began: i64,
}

impl Arrived {
    fn add(&mut self, node: Node, world: &World) {
        let id = node.id;
        for link in &world.links {
            if link.one == id && self.nodes.contains_key(&link.other)
                || link.other == id && self.nodes.contains_key(&link.one)
            {
                self.links.push(*link);
            }
        }
        self.nodes.insert(id, node);
        let group = self.around(id);
        for part in parts_of(&group, world) {
            let story = part.story.unwrap_or_else(|| {
                self.began += 1;
                StoryId(self.began)
            });
            for (entry, role) in part.members {
                let node = self.nodes.get_mut(&entry).expect("it is there");
                node.present = Some(story);
                node.role = role;
            }
        }
    }

    /// All that hangs together with an entry.
    fn around(&self, seed: EntryId) -> Group {
        let mut found = BTreeSet::from([seed]);
        loop {
            let before = found.len();
            let stories: HashSet<StoryId> = found
                .iter()
                .filter_map(|id| self.nodes[id].present)
                .collect();
            let in_story =
                |node: &&Node| node.present.is_some_and(|story| stories.contains(&story));
            let members: Vec<EntryId> = self
                .nodes
                .values()
                .filter(in_story)
                .map(|node| node.id)
                .collect();
            found.extend(members);
            for link in self.links.iter().filter(|link| link.joins()) {
                if found.contains(&link.one) || found.contains(&link.other) {
                    found.extend([link.one, link.other]);
                }
            }
            if found.len() == before {
                break;
            }
        }
        let nodes: Vec<Node> = found.iter().map(|id| self.nodes[id].clone()).collect();
        let stories: BTreeSet<StoryId> = nodes.iter().filter_map(|node| node.present).collect();
        let within = |link: &&Link| found.contains(&link.one) && found.contains(&link.other);
        let mut group = Group {
            links: self.links.iter().filter(within).copied().collect(),
            stories: stories
                .into_iter()
                .map(|id| Present {
                    id,
                    is_ruled: false,
                    began_at: moment(0),
                    published: None,
                })
                .collect(),
            nodes,
        };
        group.settle(&HashSet::new());
        group
    }

    fn stories(&self) -> BTreeSet<(BTreeSet<EntryId>, Vec<String>)> {
        let mut stories: BTreeMap<Option<StoryId>, Vec<&Node>> = BTreeMap::new();
        for node in self.nodes.values() {
            stories.entry(node.present).or_default().push(node);
        }
        stories
            .into_values()
            .map(|nodes| {
                let roles = nodes
                    .iter()
                    .map(|node| format!("{:?}", node.role))
                    .collect();
                (nodes.iter().map(|node| node.id).collect(), roles)
            })
            .collect()
    }
}

/// Entries, what comparing them comes to, and which pairs conflict of those that nobody found alike.
#[derive(Debug, Clone)]
struct World {
    nodes: Vec<Node>,
    links: Vec<Link>,
    apart: BTreeSet<(i64, i64)>,
}

fn parts_of(group: &Group, world: &World) -> Vec<Part> {
    let found = partition(group, |one: EntryId, other: EntryId| {
        let pair = (one.0.min(other.0), one.0.max(other.0));
        Ok::<_, ()>(world.apart.contains(&pair))
    });
    found.expect("nothing fails")
}

fn worlds() -> impl Strategy<Value = World> {
    let titles = [
        "",
        "",
        "",
        "UPDATE 1-Lock",
        "UPDATE 2-Lock",
        "CORRECTED-Lock",
    ];
    let nodes = proptest::collection::vec((0..6_usize, 0..3_i64, 0..4_i64), 2..8);
    let pairs = proptest::collection::vec((0..12_u8, 0..3_u8), 28);
    (nodes, pairs).prop_map(move |(nodes, pairs)| {
        let nodes: Vec<Node> = (1..)
            .zip(nodes)
            .map(|(nth, (title, priority, minutes))| Node {
                priority,
                published: Some(moment(minutes)),
                compared_at: moment(minutes),
                role: Role::first(moment(minutes)),
                ..node(nth, titles[title])
            })
            .collect();
        let count = i64::try_from(nodes.len()).expect("few");
        let all = (1..=count).flat_map(|other| (1..other).map(move |one| (one, other)));
        let mut world = World {
            nodes,
            links: Vec::new(),
            apart: BTreeSet::new(),
        };
        for ((one, other), (kind, score)) in all.zip(pairs) {
            let near = 0.7 + f64::from(score) / 10.0;
            let (sameness, layer, score) = match kind {
                0..3 => (Same, Layer::Near, near),
                3 => (Same, Layer::Content, 1.0),
                4..6 => (Update, Layer::Near, near),
                6 => (Apart, Layer::Near, near),
                7 => {
                    world.apart.insert((one, other));
                    continue;
                }
                _ => continue,
            };
            world.links.push(link(one, other, sameness, layer, score));
        }
        world
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_order_of_arrival_makes_a_difference(
        (world, order) in worlds().prop_flat_map(|world| {
            let order: Vec<usize> = (0..world.nodes.len()).collect();
            (Just(world), Just(order).prop_shuffle())
        })
    ) {
        let whole = Group {
            nodes: world.nodes.clone(),
            links: world.links.clone(),
            stories: Vec::new(),
        };
        let mut expected = Arrived::default();
        for (nth, part) in (1..).zip(parts_of(&whole, &world)) {
            for (entry, role) in part.members {
                let node = world.nodes.iter().find(|node| node.id == entry).expect("it is there");
                expected.nodes.insert(entry, Node { present: Some(StoryId(nth)), role, ..node.clone() });
            }
        }
        let mut arrived = Arrived::default();
        for nth in order {
            arrived.add(world.nodes[nth].clone(), &world);
        }
        prop_assert_eq!(arrived.stories(), expected.stories());
    }

    /// Whatever links say, nobody is lost, each story has one first entry, and who matches whom leads to it.
    #[test]
    fn every_entry_has_one_place(world in worlds()) {
        let whole = Group {
            nodes: world.nodes.clone(),
            links: world.links.clone(),
            stories: Vec::new(),
        };
        let parts = parts_of(&whole, &world);
        let mut all: Vec<EntryId> = parts.iter().flat_map(|part| part.members.iter().map(|(entry, _)| *entry)).collect();
        let mut nodes: Vec<EntryId> = world.nodes.iter().map(|node| node.id).collect();
        all.sort_unstable();
        nodes.sort_unstable();
        prop_assert_eq!(all, nodes);
        for part in &parts {
            let roles: BTreeMap<EntryId, &Role> = part.members.iter().map(|(entry, role)| (*entry, role)).collect();
            let firsts = roles.values().filter(|role| role.relation == Relation::First).count();
            prop_assert_eq!(firsts, 1);
            for start in roles.keys() {
                let (mut at, mut steps) = (*start, 0);
                while let Some(next) = roles[&at].matched {
                    at = next;
                    steps += 1;
                    prop_assert!(steps <= roles.len() && roles.contains_key(&at));
                }
                prop_assert_eq!(roles[&at].relation, Relation::First);
            }
        }
    }
}
