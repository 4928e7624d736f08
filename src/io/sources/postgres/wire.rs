//! Messages between a client and a PostgreSQL server.

use super::Connect;
use super::scram::Scram;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Largest message that is read.
const MESSAGE: u32 = 64 << 20;
/// How long a silent server is waited for while the connection is made.
const PATIENCE: Duration = Duration::from_secs(20);

enum Line {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(s) => s.read(buffer),
            Self::Unix(s) => s.read(buffer),
        }
    }
}

impl Line {
    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Tcp(s) => s.write_all(bytes),
            Self::Unix(s) => s.write_all(bytes),
        }
    }
    fn patience(&self, time: Option<Duration>) -> std::io::Result<()> {
        match self {
            Self::Tcp(s) => s.set_read_timeout(time),
            Self::Unix(s) => s.set_read_timeout(time),
        }
    }
}

/// A connection.
pub(super) struct Wire {
    line: BufReader<Line>,
    body: Vec<u8>,
}

fn lost(e: std::io::Error) -> String {
    format!("the connection failed: {e}")
}

impl Wire {
    /// Connects and logs in.
    pub fn connect(how: &Connect) -> Result<Self, String> {
        let (host, port) = (how.word("host", "127.0.0.1"), how.word("port", "5432"));
        let port: u16 = port.parse().map_err(|_| format!("{port:?} is no port"))?;
        let line = if host.starts_with('/') {
            Line::Unix(UnixStream::connect(format!("{host}/.s.PGSQL.{port}")).map_err(lost)?)
        } else {
            Line::Tcp(TcpStream::connect((host, port)).map_err(lost)?)
        };
        line.patience(Some(PATIENCE)).map_err(lost)?;
        let mut wire = Self { line: BufReader::with_capacity(1 << 16, line), body: Vec::new() };
        let user = how.word("user", "postgres");
        let mut body = 196_608u32.to_be_bytes().to_vec();
        for word in ["user", user, "database", how.word("dbname", user), "client_encoding", "UTF8", "DateStyle", "ISO"]
        {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        body.push(0);
        wire.send(None, &body)?;
        let password = match how.words.get("password") {
            Some(password) => password.clone(),
            None => std::env::var("PGPASSWORD").unwrap_or_default(),
        };
        wire.log_in(&password)?;
        // A long query may take its time.
        wire.line.get_ref().patience(None).map_err(lost)?;
        Ok(wire)
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), String> {
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
        message.extend_from_slice(body);
        self.line.get_mut().send(&message).map_err(lost)
    }

    /// Reads a message into `body` and returns its kind; what the server merely mentions is passed over.
    fn receive(&mut self) -> Result<u8, String> {
        loop {
            let mut head = [0; 5];
            self.line.read_exact(&mut head).map_err(lost)?;
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
            if !(4..=MESSAGE).contains(&length) {
                return Err("the server does not speak PostgreSQL".into());
            }
            self.body.resize(length as usize - 4, 0);
            self.line.read_exact(&mut self.body).map_err(lost)?;
            match head[0] {
                b'E' => return Err(complaint(&self.body)),
                b'N' | b'S' | b'A' | b'K' => {}
                kind => return Ok(kind),
            }
        }
    }

    fn log_in(&mut self, password: &str) -> Result<(), String> {
        let mut nonce = [0u8; 24];
        std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut nonce)).map_err(lost)?;
        let nonce = crate::digest::hex(&nonce);
        let (mut scram, mut proved) = (Scram::new(password, &nonce), None);
        loop {
            match self.receive()? {
                b'Z' => return Ok(()),
                b'R' => {}
                _ => return Err("the server's greeting makes no sense".into()),
            }
            let (code, rest) = self.body.split_at_checked(4).ok_or("the server's greeting is cut short")?;
            let rest = String::from_utf8_lossy(rest).into_owned();
            match u32::from_be_bytes([code[0], code[1], code[2], code[3]]) {
                0 if proved != Some(false) => {}
                10 if rest.split('\0').any(|m| m == "SCRAM-SHA-256") => {
                    let first = scram.first();
                    let mut body = b"SCRAM-SHA-256\0".to_vec();
                    body.extend_from_slice(&(first.len() as u32).to_be_bytes());
                    body.extend_from_slice(first.as_bytes());
                    proved = Some(false);
                    self.send(Some(b'p'), &body)?;
                }
                11 => {
                    let answer = scram.answer(&rest)?;
                    self.send(Some(b'p'), answer.as_bytes())?;
                }
                12 if scram.proved(&rest) => proved = Some(true),
                12 | 0 => return Err("the server does not know the password".into()),
                _ => return Err("the server wants a way of logging in other than SCRAM-SHA-256".into()),
            }
        }
    }

    /// Names of the columns of a query, which is asked inside a transaction that may only read.
    pub fn columns(&mut self, query: &str) -> Result<Vec<String>, String> {
        self.simple("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        self.send(Some(b'P'), &[b"\0", query.as_bytes(), b"\0\0\0"].concat())?;
        self.send(Some(b'D'), b"S\0")?;
        self.send(Some(b'S'), b"")?;
        let mut names = Vec::new();
        loop {
            match self.receive()? {
                b'T' => names = described(&self.body),
                b'Z' if names.is_empty() => return Err("the query has no columns".into()),
                b'Z' => return Ok(names),
                _ => {}
            }
        }
    }

    fn simple(&mut self, command: &str) -> Result<(), String> {
        self.send(Some(b'Q'), &[command.as_bytes(), b"\0"].concat())?;
        while self.receive()? != b'Z' {}
        Ok(())
    }

    /// Starts to copy.
    pub fn copy(&mut self, command: &str) -> Result<(), String> {
        self.send(Some(b'Q'), &[command.as_bytes(), b"\0"].concat())?;
        match self.receive()? {
            b'H' => Ok(()),
            _ => Err("the server does not copy the query's rows".into()),
        }
    }

    /// Hands over the lines that are copied.
    pub fn lines(&mut self, take: &mut dyn FnMut(&str) -> bool) -> Result<(), String> {
        loop {
            match self.receive()? {
                b'd' => {
                    let text = String::from_utf8_lossy(&self.body);
                    if !take(text.strip_suffix('\n').unwrap_or(&text)) {
                        return Ok(());
                    }
                }
                b'c' => return Ok(()),
                _ => return Err("the server stopped in the middle".into()),
            }
        }
    }
}

/// Names in a description of rows.
fn described(body: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = body.get(2..).unwrap_or_default();
    while let Some(end) = rest.iter().position(|&b| b == 0) {
        names.push(String::from_utf8_lossy(&rest[..end]).trim().to_owned());
        rest = rest.get(end + 19..).unwrap_or_default();
    }
    names
}

/// What an error message says.
fn complaint(body: &[u8]) -> String {
    let said = body.split(|&b| b == 0).find_map(|field| field.strip_prefix(b"M")).unwrap_or_default();
    format!("the server says: {}", String::from_utf8_lossy(said))
}
