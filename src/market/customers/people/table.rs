//! People with what is known of them and what happened to them, whatever order they came in.

/// Values of a column, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers; not a number where nothing is known.
    Numbers(Vec<f64>),
    /// Words: the different ones in order, and each row's position among them. The empty word is one.
    Words {
        /// Different words, ascending.
        words: Vec<String>,
        /// Position of each row's word.
        codes: Vec<u32>,
    },
}

/// A column that people are described by.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its values.
    pub cells: Cells,
}

/// What stands for an empty cell.
pub const EMPTY: &str = "(empty)";

impl Feature {
    /// A column of numbers.
    pub fn numbers(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values = values.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect();
        Self { name: name.to_owned(), cells: Cells::Numbers(values) }
    }

    /// A column of words.
    pub fn words<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<&str> = values.into_iter().collect();
        let mut words = values.clone();
        words.sort_unstable();
        words.dedup();
        let code = |v: &&str| words.partition_point(|w| w < v) as u32;
        let codes = values.iter().map(code).collect();
        Self {
            name: name.to_owned(),
            cells: Cells::Words { words: words.into_iter().map(str::to_owned).collect(), codes },
        }
    }

    /// A row's value for people.
    pub fn shown(&self, row: usize) -> String {
        match &self.cells {
            Cells::Numbers(values) if values[row].is_nan() => EMPTY.to_owned(),
            Cells::Numbers(values) => values[row].to_string(),
            Cells::Words { words, codes } => shown(&words[codes[row] as usize]).to_owned(),
        }
    }

    fn sorted(&mut self, order: &[usize]) {
        match &mut self.cells {
            Cells::Numbers(values) => *values = order.iter().map(|k| values[*k]).collect(),
            Cells::Words { codes, .. } => *codes = order.iter().map(|k| codes[*k]).collect(),
        }
    }
}

/// A word for people.
pub(super) fn shown(word: &str) -> &str {
    if word.is_empty() { EMPTY } else { word }
}

/// Rows by id, so that the order of the file means nothing; `O` is what happened to each.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<O> {
    /// Ids, ascending.
    pub ids: Vec<String>,
    /// What happened to each.
    pub outcomes: Vec<O>,
    /// Money that hangs on each, where known.
    pub values: Vec<Option<f64>>,
    /// Columns.
    pub features: Vec<Feature>,
}

impl<O: Copy> Table<O> {
    /// A table of rows in any order; all lists have one entry a row, ids are distinct.
    pub fn new(ids: Vec<String>, outcomes: Vec<O>, values: Vec<Option<f64>>, features: Vec<Feature>) -> Self {
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by(|a, b| ids[*a].cmp(&ids[*b]));
        let mut table = Self {
            outcomes: order.iter().map(|k| outcomes[*k]).collect(),
            values: order.iter().map(|k| values[*k]).collect(),
            ids,
            features,
        };
        table.features.iter_mut().for_each(|f| f.sorted(&order));
        table.ids.sort_unstable();
        table
    }
}

/// Of people some of whom have an outcome and the others not yet.
impl Table<Option<bool>> {
    /// Rows with a known outcome, and the outcomes.
    pub fn known(&self) -> (Vec<usize>, Vec<bool>) {
        self.outcomes.iter().enumerate().filter_map(|(k, b)| Some((k, (*b)?))).unzip()
    }

    /// Rows whose outcome is open.
    pub fn open(&self) -> Vec<usize> {
        (0..self.ids.len()).filter(|k| self.outcomes[*k].is_none()).collect()
    }
}
