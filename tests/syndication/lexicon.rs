//! Numbers by seed, and words of eight languages made of them.
//!
//! Function words are the language's own, content words are made of its letters: two texts share
//! no run of words by accident, and nothing is copied from anywhere.

/// SplitMix64: the same seed gives the same set everywhere.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + usize::try_from(self.next() % (high - low + 1) as u64).expect("it fits")
    }

    pub(crate) fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.between(0, choices.len() - 1)]
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.between(1, 100) <= chance
    }
}

/// A language as its agencies write it.
pub(crate) struct Language {
    pub(crate) code: &'static str,
    /// Syllables, or characters where no spaces part words.
    syllables: &'static str,
    /// Small words between the others.
    small: &'static str,
    /// Dateline with `{place}` and `{agency}`; the dash included.
    pub(crate) datelines: &'static [&'static str],
    /// What stands before the headline of a newer version.
    pub(crate) marks: &'static [&'static str],
    /// What sites put behind a text; `{title}` is the headline.
    pub(crate) tails: &'static [&'static str],
    /// What parts thousands.
    pub(crate) thousands: &'static str,
    full_stop: &'static str,
}

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        code: "en",
        syllables: "bar den fol gry hal kin lor mas ned ost pel quin ros sel tam ulf ven wick yar zed",
        small: "the of and to in for with on that by from as at after before while under about",
        datelines: &[
            "{place}, Nov. 21, 2017 ({agency}) — ",
            "{place}, Nov 21 ({agency}) - ",
            "{place} ({agency}) – ",
            "{place}, Nov. 21, 2017 /{agency}/ -- ",
        ],
        marks: &["UPDATE 1-", "CORRECTED-", "UPDATE 2-", "Correction: "],
        tails: &[
            "Read more",
            "The post {title} appeared first on Quayside.",
            "(abc/xyz)",
            "Share this article",
        ],
        thousands: ",",
        full_stop: ".",
    },
    Language {
        code: "de",
        syllables: "bach dorf eich feld grun hof imm kamp lich mark nord oster pfal quel rau schon tal ufer wald zoll",
        small: "der die das und von mit im auf für nach über bei aus vor wegen seit ohne gegen",
        datelines: &[
            "{place}, 21. November ({agency}) – ",
            "{place} ({agency}) - ",
        ],
        marks: &["KORREKTUR: ", "Aktualisiert: "],
        tails: &["Weiterlesen", "Quelle: {agency}", "(ab/cd)"],
        thousands: ".",
        full_stop: ".",
    },
    Language {
        code: "fr",
        syllables: "bel cour dan eau fleur gar houx ille jour lac mont nuit orme pont quai riv sable tour val vert",
        small: "le la les des et de du en pour avec sur dans par après avant sous selon contre",
        datelines: &[
            "{place}, 21 nov. 2017 ({agency}) - ",
            "{place} ({agency}) — ",
        ],
        marks: &["RECTIFICATIF - ", "Mise à jour: "],
        tails: &["Lire la suite", "Source : {agency}"],
        thousands: "\u{202F}",
        full_stop: ".",
    },
    Language {
        code: "es",
        syllables: "alba bosq cal del este flor gran hoja isla jar luna mar nube olmo pena rio sol torre uva verde",
        small: "el la los las y de del en para con sobre por según tras entre hasta sin bajo",
        datelines: &["{place}, 21 nov ({agency}).- ", "{place} ({agency}) - "],
        marks: &["CORRECCIÓN: ", "Actualización: "],
        tails: &["Leer más", "Fuente: {agency}"],
        thousands: ".",
        full_stop: ".",
    },
    Language {
        code: "ru",
        syllables: "бор вол гра дуб ель жар зим ива кра лес мор нев озер пол рек сад тих уст хол чер",
        small: "и в на с по для от из при под над без до об за после перед через",
        datelines: &[
            "{place}, 21 ноября. /{agency}/. ",
            "{place}, 21 ноя ({agency}) — ",
        ],
        marks: &["ИСПРАВЛЕНО: ", "ОБНОВЛЕНО: "],
        tails: &["Читать далее", "Источник: {agency}"],
        thousands: "\u{A0}",
        full_stop: ".",
    },
    Language {
        code: "ar",
        syllables: "با دار را سال شم طي عا غر فل قم كر لي ما نو هل ور يا جب حل خي",
        small: "من في على إلى عن مع بعد قبل حول بين ضد خلال دون منذ حتى نحو عند تحت",
        datelines: &["{place} ({agency}) - "],
        marks: &[],
        tails: &["اقرأ المزيد"],
        thousands: ",",
        full_stop: ".",
    },
    Language {
        code: "zh",
        syllables: "山 水 木 石 田 禾 竹 米 云 雨 雪 风 海 河 湖 江 林 桥 路 城 村 市 港 站 校 院 馆 厂 店 楼 东 西 南 北 春 夏 秋 冬 早 晚 新 旧 长 短 高 低 大 小 红 绿 蓝 白 黑 黄 走 来 去 看 听 说 读 写",
        small: "的 了 在 和 与 对 从 到 向 将 被 把 由 因 为 于 及 或",
        datelines: &["{place}11月21日电（{agency}）"],
        marks: &[],
        tails: &["阅读全文"],
        thousands: "",
        full_stop: "。",
    },
    Language {
        code: "ja",
        syllables: "山 川 木 花 空 雨 雪 風 海 湖 森 橋 道 町 村 港 駅 校 館 店 東 西 南 北 春 夏 秋 冬 朝 夜 新 古 長 短 高 低 大 小 赤 青 白 黒 カ サ タ ナ ハ マ ラ ワ キ シ チ ニ ヒ ミ リ ク ス ツ",
        small: "の は が を に で と も へ や から まで より",
        datelines: &["【{place}11月21日{agency}】"],
        marks: &[],
        tails: &["続きを読む"],
        thousands: ",",
        full_stop: "。",
    },
];

impl Language {
    fn joins(&self) -> bool {
        matches!(self.code, "zh" | "ja")
    }

    /// A content word.
    pub(crate) fn word(&self, dice: &mut Dice) -> String {
        let syllables: Vec<&str> = self.syllables.split(' ').collect();
        let count = if self.joins() { 2 } else { dice.between(2, 3) };
        (0..count).map(|_| *dice.of(&syllables)).collect()
    }

    /// A word with a capital.
    pub(crate) fn name(&self, dice: &mut Dice) -> String {
        let word = self.word(dice);
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    }

    /// A number as the language groups it.
    pub(crate) fn number(&self, number: usize) -> String {
        if number < 1_000 || self.thousands.is_empty() {
            return number.to_string();
        }
        format!("{}{}{:03}", number / 1_000, self.thousands, number % 1_000)
    }

    /// Words of a sentence, small ones between.
    pub(crate) fn phrase(&self, dice: &mut Dice, words: usize) -> Vec<String> {
        let small: Vec<&str> = self.small.split(' ').collect();
        (0..words)
            .map(|nth| match nth % 3 {
                1 => (*dice.of(&small)).to_owned(),
                _ if nth == 0 || dice.percent(12) => self.name(dice),
                _ => self.word(dice),
            })
            .collect()
    }

    pub(crate) fn join(&self, words: &[String]) -> String {
        words.join(if self.joins() { "" } else { " " })
    }

    /// A sentence of eight to twenty words; some have a number.
    pub(crate) fn sentence(&self, dice: &mut Dice) -> String {
        let words = dice.between(8, 20);
        let mut words = self.phrase(dice, words);
        if dice.percent(30) {
            let number = dice.between(2, 9_000);
            words.insert(3, self.number(number));
        }
        self.join(&words) + self.full_stop
    }

    pub(crate) fn headline(&self, dice: &mut Dice) -> String {
        let words = dice.between(6, 9);
        self.join(&self.phrase(dice, words))
    }
}
