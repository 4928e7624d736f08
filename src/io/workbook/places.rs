//! Where in the book each field of a text stands that was made from it, so that faults name sheet and cell.

use super::cell_name;
use crate::io::fault::Fault;

/// The cells behind one line of a text.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// A row of the sheet.
    Row(u32),
    /// Row and column of one figure of a table with a column per week.
    Figure(u32, u32),
}

/// The cells behind a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The sheet.
    pub sheet: String,
    /// One entry per line.
    pub lines: Vec<Line>,
    /// Column of each field of a line that is a row.
    pub columns: Vec<u32>,
}

impl Places {
    /// The cell of a place in the text: its line and column from 1, in characters.
    pub fn cell(&self, text: &str, line: u32, column: u32) -> Option<String> {
        let place = self.lines.get((line as usize).checked_sub(1)?)?;
        let field = field(text.lines().nth(line as usize - 1)?, column);
        Some(match place {
            Line::Row(row) => cell_name(*row, self.columns.get(field).copied().unwrap_or(0)),
            Line::Figure(row, week) => match field {
                // The week stands above, the ids at the left.
                2 => cell_name(self.header(), *week),
                3 => cell_name(*row, *week),
                k => cell_name(*row, self.columns.get(k).copied().unwrap_or(0)),
            },
        })
    }

    fn header(&self) -> u32 {
        if let Some(Line::Row(row)) = self.lines.first() { *row } else { 0 }
    }

    /// A fault of the text as one of the book.
    pub fn translate(&self, book: &str, text: &str, fault: &mut Fault) {
        let cell = if fault.line == 0 { None } else { self.cell(text, fault.line, fault.column) };
        let cell = cell.map(|c| format!("!{c}")).unwrap_or_default();
        fault.file = format!("{book}: {}{cell}", self.sheet);
        (fault.line, fault.column) = (0, 0);
    }
}

/// Which field of a line a character belongs to.
fn field(line: &str, column: u32) -> usize {
    let (mut field, mut quoted) = (0, false);
    for letter in line.chars().take((column as usize).saturating_sub(1)) {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => field += 1,
            _ => {}
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_traced_to_its_cell() {
        let text = "a,b,c\n\"x,y\",2,3\n";
        let places = Places { sheet: "stock".into(), lines: vec![Line::Row(0), Line::Row(7)], columns: vec![0, 1, 4] };
        assert_eq!(places.cell(text, 2, 1).as_deref(), Some("A8"));
        assert_eq!(places.cell(text, 2, 7).as_deref(), Some("B8"));
        assert_eq!(places.cell(text, 2, 9).as_deref(), Some("E8"));
        assert_eq!(places.cell(text, 9, 1), None);
    }

    #[test]
    fn a_figure_of_a_week_is_traced_to_its_row_and_column() {
        let text = "site_id,model_id,week_start,sold_cars\nD1,M1,2026-06-01,x\n";
        let places =
            Places { sheet: "sales".into(), lines: vec![Line::Row(0), Line::Figure(4, 9)], columns: vec![0, 1] };
        let cells: Vec<_> = [1, 4, 7, 18].map(|c| places.cell(text, 2, c).unwrap_or_default()).into();
        assert_eq!(cells, ["A5", "B5", "J1", "J5"]);
    }
}
