//! SCRAM-SHA-256 (RFC 5802, RFC 7677): a password is proved without being sent, and the server proves that it knows it.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|b| b ^ pad);
    let mut inner = Sha256::new().chain_update(padded(0x36));
    parts.iter().for_each(|p| inner.update(p));
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner.finalize()).finalize().into()
}

fn salted(password: &str, salt: &[u8], rounds: u32) -> [u8; 32] {
    let password: String = if password.is_ascii() { password.into() } else { password.nfkc().collect() };
    let mut last = hmac(password.as_bytes(), &[salt, &1u32.to_be_bytes()]);
    let mut sum = last;
    for _ in 1..rounds {
        last = hmac(password.as_bytes(), &[&last]);
        sum.iter_mut().zip(last).for_each(|(s, l)| *s ^= l);
    }
    sum
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for k in 0..4 {
            let letter = LETTERS[(n >> (18 - 6 * k) & 63) as usize] as char;
            text.push(if k <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut n, mut bits) = (Vec::new(), 0u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        n = n << 6 | LETTERS.iter().position(|&l| l == letter)? as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((n >> bits) as u8);
            n &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

/// The client's side of one log-in.
pub(super) struct Scram {
    bare: String,
    password: String,
    expected: [u8; 32],
}

impl Scram {
    /// `nonce` must not have been used before.
    pub fn new(password: &str, nonce: &str) -> Self {
        Self { bare: format!("n=,r={nonce}"), password: password.into(), expected: [0; 32] }
    }

    pub fn first(&self) -> String {
        format!("n,,{}", self.bare)
    }

    /// Answers the server's challenge.
    pub fn answer(&mut self, challenge: &str) -> Result<String, String> {
        let wrong = || "the server's challenge makes no sense".to_owned();
        let part = |name: &str| challenge.split(',').find_map(|p| p.strip_prefix(name)).ok_or_else(wrong);
        let (nonce, salt, rounds) = (part("r=")?, part("s=")?, part("i=")?);
        let own = self.bare.strip_prefix("n=,r=").unwrap_or_default();
        let rounds = rounds.parse().ok().filter(|r| (1..=10_000_000).contains(r)).ok_or_else(wrong)?;
        if !nonce.starts_with(own) || nonce.len() == own.len() {
            return Err(wrong());
        }
        let salted = salted(&self.password, &unbase64(salt).ok_or_else(wrong)?, rounds);
        let last = format!("c=biws,r={nonce}");
        let message = [self.bare.as_str(), challenge, &last].join(",");
        let client = hmac(&salted, &[b"Client Key"]);
        let signature = hmac(&Sha256::digest(client), &[message.as_bytes()]);
        let mut proof = client;
        proof.iter_mut().zip(signature).for_each(|(p, s)| *p ^= s);
        self.expected = hmac(&hmac(&salted, &[b"Server Key"]), &[message.as_bytes()]);
        Ok(format!("{last},p={}", base64(&proof)))
    }

    /// Whether the server knows the password.
    pub fn proved(&self, last: &str) -> bool {
        last.strip_prefix("v=").and_then(unbase64).is_some_and(|v| v == self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange printed in RFC 7677, section 3; it names the user, PostgreSQL's does not.
    #[test]
    fn the_exchange_of_the_standard() {
        let mut scram = Scram::new("pencil", "rOprNGfwEbeRWgbNEkqO");
        scram.bare = "n=user,r=rOprNGfwEbeRWgbNEkqO".into();
        let challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        // The nonce is looked for after an empty name, so the standard's name is put back by hand.
        let bare = std::mem::replace(&mut scram.bare, "n=,r=rOprNGfwEbeRWgbNEkqO".into());
        assert!(scram.answer(challenge).is_ok());
        let salted = salted("pencil", &unbase64("W22ZaJ0SNY7soEsUEjb6gQ==").expect("salt"), 4096);
        let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let message = [bare.as_str(), challenge, last].join(",");
        let client = hmac(&salted, &[b"Client Key"]);
        let mut proof = client;
        let signature = hmac(&Sha256::digest(client), &[message.as_bytes()]);
        proof.iter_mut().zip(signature).for_each(|(p, s)| *p ^= s);
        assert_eq!(base64(&proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        let server = hmac(&hmac(&salted, &[b"Server Key"]), &[message.as_bytes()]);
        assert_eq!(base64(&server), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn base64_reads_back_and_a_short_nonce_is_refused() {
        for n in 0..70u8 {
            let bytes: Vec<u8> = (0..n).map(|b| b.wrapping_mul(37)).collect();
            assert_eq!(unbase64(&base64(&bytes)), Some(bytes));
        }
        assert!(Scram::new("x", "abc").answer("r=abc,s=AAAA,i=4096").is_err());
        assert!(!Scram::new("x", "abc").proved("v=AAAA"));
    }
}
