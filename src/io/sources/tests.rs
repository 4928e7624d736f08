use super::*;
use crate::stats::stream::mix;
use std::fs;

fn all(source: &Source) -> Result<(Vec<String>, Vec<(u64, Vec<String>, Option<String>)>), SourceError> {
    let rows = source.open()?;
    let header = rows.header().to_vec();
    let mut taken = Vec::new();
    rows.each(&mut |row| {
        taken.push((row.line, row.cells.iter().map(ToString::to_string).collect(), row.flaw.clone()));
        true
    })?;
    Ok((header, taken))
}

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file");
    (folder, path)
}

const TEXT: &str = "门店,价格\n北京一店,12\n上海二店,\"1,3\"\n";

#[test]
fn encodings_are_recognised_and_said() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(TEXT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    // Without a line break at the end too.
    let open = encoding_rs::GB18030.encode(TEXT.trim_end()).0.into_owned();
    let gb = encoding_rs::GB18030.encode(TEXT).0.into_owned();
    let marked = [b"\xef\xbb\xbf".as_slice(), TEXT.as_bytes()].concat();
    for (bytes, name) in [
        (utf16, "UTF-16LE"),
        (gb, "gb18030"),
        (open, "gb18030"),
        (TEXT.as_bytes().to_vec(), "UTF-8"),
        (marked, "UTF-8"),
    ] {
        let (_folder, path) = file("t.csv", &bytes);
        let source = Source::Csv(path);
        assert!(source.open().expect("rows").note().starts_with(name), "{name}");
        let (header, rows) = all(&source).expect("rows");
        assert_eq!(header, ["门店", "价格"], "{name}");
        assert_eq!(
            rows,
            [(2, vec!["北京一店".into(), "12".into()], None), (3, vec!["上海二店".into(), "1,3".into()], None)]
        );
    }
}

/// The first Chinese letter stands beyond the first block of 4 MiB, and blocks end in the middle of rows.
#[test]
fn a_late_letter_decides_and_no_row_is_lost_between_blocks() {
    let mut text = String::from("id,name\n");
    let mut wanted = Vec::new();
    for k in 0..400_000u64 {
        let name = if k > 390_000 { "上海" } else { "a" };
        let row = format!("{k},{name}{}", mix(k) % 1_000_000);
        wanted.push(row.clone());
        text += &row;
        text.push('\n');
    }
    let (_folder, path) = file("t.csv", &encoding_rs::GB18030.encode(&text).0);
    let (_, rows) = all(&Source::Csv(path)).expect("rows");
    assert_eq!(rows.len(), wanted.len());
    for ((line, cells, flaw), (k, wanted)) in rows.iter().zip(wanted.iter().enumerate()) {
        assert!(*line == k as u64 + 2 && cells.join(",") == *wanted && flaw.is_none(), "line {line}");
    }
}

#[test]
fn rows_of_a_wrong_form_keep_their_text_and_cost_nobody_else() {
    let (_folder, path) = file("t.csv", b"a,b\n1,\"x\n2,3\n4\n5,\"y\"z\n6,7\n");
    let (_, rows) = all(&Source::Csv(path)).expect("rows");
    let said: Vec<_> = rows.iter().map(|r| (r.0, r.1.join("|"), r.2.is_some())).collect();
    let wanted = [(2, "1,\"x", true), (3, "2|3", false), (4, "4", true), (5, "5,\"y\"z", true), (6, "6|7", false)];
    assert_eq!(said, wanted.map(|w| (w.0, w.1.to_owned(), w.2)));
}

#[test]
fn hostile_files_are_refused_in_words() {
    for bytes in [
        b"".as_slice(),
        b"\n\n",
        b"PAR1PAR1PA",
        b"PAR1\0\0\0\0\0\0\0\0\xff\xff\xff\x7fPAR1",
        b"PK\x03\x04rubbish",
        &[0xff; 64],
    ] {
        let (_folder, path) = file("t.bin", bytes);
        for source in [
            Source::Parquet(path.clone()),
            Source::Xlsx(path.clone(), None),
            Source::Sqlite(path.clone(), "SELECT * FROM t".into()),
        ] {
            let e = all(&source).expect_err("a refusal");
            assert!(!e.cause.is_empty() && !e.help.is_empty(), "{e}");
        }
        let _ = all(&Source::Csv(path));
    }
    for missing in [Source::Csv("none.csv".into()), Source::Parquet("none".into()), Source::Csv("src".into())] {
        assert!(all(&missing).is_err());
    }
}

#[test]
fn damaged_parquet_never_panics() {
    let sound = parquet_bytes();
    for seed in 0..400u64 {
        let mut bytes = sound.clone();
        for n in 0..=seed % 4 {
            let at = mix(seed * 31 + n) as usize % bytes.len();
            bytes[at] = mix(seed ^ n ^ 0x4d) as u8;
        }
        bytes.truncate(bytes.len() - (mix(seed) as usize % 3) * (seed as usize % 2));
        let (_folder, path) = file("t.parquet", &bytes);
        let _ = all(&Source::Parquet(path));
    }
}

fn parquet_bytes() -> Vec<u8> {
    use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    let schema = "message t { REQUIRED BYTE_ARRAY 门店 (UTF8); OPTIONAL INT32 day (DATE); REQUIRED DOUBLE price; }";
    let schema = std::sync::Arc::new(parse_message_type(schema).expect("a schema"));
    let how = WriterProperties::builder().set_compression(::parquet::basic::Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, how.into()).expect("a writer");
    let mut group = writer.next_row_group().expect("a group");
    let mut column = group.next_column().expect("a column").expect("the first");
    column
        .typed::<ByteArrayType>()
        .write_batch(&[ByteArray::from("北京"), ByteArray::from("上海")], None, None)
        .expect("texts");
    column.close().expect("the end");
    let mut column = group.next_column().expect("a column").expect("the second");
    column.typed::<Int32Type>().write_batch(&[20_458], Some(&[1, 0]), None).expect("days");
    column.close().expect("the end");
    let mut column = group.next_column().expect("a column").expect("the third");
    column.typed::<DoubleType>().write_batch(&[12.5, 3.0], None, None).expect("numbers");
    column.close().expect("the end");
    group.close().expect("the end");
    writer.into_inner().expect("bytes")
}

#[test]
fn parquet_sqlite_and_xlsx_say_the_same() {
    let wanted =
        [vec!["北京".to_owned(), "2026-01-05".into(), "12.5".into()], vec!["上海".into(), String::new(), "3".into()]];
    let (_a, path) = file("t.parquet", &parquet_bytes());
    let (header, rows) = all(&Source::Parquet(path)).expect("rows");
    assert_eq!(header, ["门店", "day", "price"]);
    assert_eq!(rows.iter().map(|r| r.1.clone()).collect::<Vec<_>>(), wanted);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.db");
    let sql = rusqlite::Connection::open(&path).expect("a database");
    sql.execute_batch(
        "CREATE TABLE t(门店, day, price); INSERT INTO t VALUES ('北京', '2026-01-05', 12.5), ('上海', NULL, 3)",
    )
    .expect("rows");
    let (header, rows) = all(&Source::Sqlite(path.clone(), "SELECT * FROM t".into())).expect("rows");
    assert_eq!(
        (header, rows.iter().map(|r| r.1.clone()).collect::<Vec<_>>()),
        (vec!["门店".into(), "day".into(), "price".into()], wanted.to_vec())
    );
    let refused = all(&Source::Sqlite(path, "DELETE FROM t".into()));
    assert!(refused.is_err() && sql.query_row("SELECT count(*) FROM t", [], |r| r.get(0)) == Ok(2));

    let path = folder.path().join("t.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("销量").expect("a name");
    for (column, text) in ["门店", "day", "price"].iter().enumerate() {
        sheet.write_string(0, column as u16, *text).expect("a heading");
    }
    let form = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 1, 5).expect("a day");
    sheet.write_string(1, 0, "北京").and_then(|s| s.write_datetime_with_format(1, 1, &day, &form)).expect("cells");
    sheet
        .write_number(1, 2, 12.5)
        .and_then(|s| s.write_string(2, 0, "上海"))
        .and_then(|s| s.write_number(2, 2, 3))
        .expect("cells");
    book.save(&path).expect("a book");
    let (header, rows) = all(&Source::Xlsx(path.clone(), Some("销量".into()))).expect("rows");
    assert_eq!((header.len(), rows.iter().map(|r| r.1.clone()).collect::<Vec<_>>()), (3, wanted.to_vec()));
    assert!(all(&Source::Xlsx(path, Some("库存".into()))).is_err_and(|e| e.help.contains("销量")));
}
