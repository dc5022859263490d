//! Signed notes (C2SP signed-note): a text, and who signed it; keys as vkeys.
//! Knows texts and keys; does not know what a text says or whose keys count.
//! Specified in specs/protocol.md §8.1.

mod vkey;

pub use vkey::{NoteSigner, SignatureType, Vkey, VkeyError};

use crate::crypto::sign::Signature;
use crate::time::UnixTime;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vkey::is_name;

/// No note of this protocol is longer than this many bytes (a trust list is the longest).
pub const LONGEST_NOTE: usize = 65_536;
/// A note carries at most this many signature lines.
pub const MOST_SIGNATURES: usize = 64;

/// Why bytes are not a note that counts. Whoever sent them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A signature in the name of a known key does not verify.
    #[error("the signature in line {line} of the signatures does not verify")]
    BadSignature {
        /// The line among the signatures, from 0.
        line: usize,
    },
    /// A control character other than the newline.
    #[error("the note holds a control character")]
    ControlCharacter,
    /// A line of the signatures is none.
    #[error("line {line} of the signatures is malformed")]
    MalformedSignature {
        /// The line among the signatures, from 0.
        line: usize,
    },
    /// There is no text that ends in a newline, an empty line, and signatures.
    #[error("the note has no text, or no signatures after an empty line")]
    NoSignatures,
    /// The wanted key has not signed.
    #[error("the note does not carry the wanted signature")]
    NotSigned,
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    NotText,
    /// More bytes than any note has.
    #[error("the note has {len} bytes where at most {limit} are allowed")]
    TooLong {
        /// Most bytes.
        limit: usize,
        /// Bytes that came.
        len: usize,
    },
    /// More signature lines than allowed.
    #[error("the note has more than {MOST_SIGNATURES} signatures")]
    TooManySignatures,
}

/// One signature line: who signed, and what stands after the key id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub id: [u8; 4],
    /// The signature in the form of its type, at least one byte.
    pub bytes: Vec<u8>,
}

/// A text and the signatures under it, none of them verified by being here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// A text that nobody has signed yet.
    ///
    /// # Errors
    /// [`NoteError::ControlCharacter`], [`NoteError::NoSignatures`] for a text that does not end in a newline,
    /// [`NoteError::TooLong`].
    pub fn new(text: &str) -> Result<Self, NoteError> {
        fits(text.as_bytes())?;
        if has_control(text) {
            return Err(NoteError::ControlCharacter);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::NoSignatures);
        }
        Ok(Self {
            text: text.into(),
            signatures: Vec::new(),
        })
    }

    /// Reads a note; its signatures are read, not verified.
    ///
    /// # Errors
    /// [`NoteError`], all but `BadSignature` and `NotSigned`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoteError> {
        fits(bytes)?;
        let note = core::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if has_control(note) {
            return Err(NoteError::ControlCharacter);
        }
        let cut = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, lines) = (&note[..=cut], &note[cut + 2..]);
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let mut signatures = Vec::new();
        for (line, content) in lines.split_inclusive('\n').enumerate() {
            if line == MOST_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature =
                signature_line(content).ok_or(NoteError::MalformedSignature { line })?;
            signatures.push(signature);
        }
        Ok(Self {
            text: text.into(),
            signatures,
        })
    }

    /// The note's only form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut note = [self.text.as_bytes(), b"\n"].concat();
        for signature in &self.signatures {
            let bytes = [signature.id.as_slice(), &signature.bytes].concat();
            note.extend("— ".as_bytes());
            note.extend(signature.name.as_bytes());
            note.push(b' ');
            note.extend(STANDARD.encode(bytes).as_bytes());
            note.push(b'\n');
        }
        note
    }

    /// The text, with the newline at its end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines in order, of known keys and of others.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds the signer's line; `time` counts only for a cosignature.
    pub fn sign(&mut self, signer: &NoteSigner, time: UnixTime) {
        let bytes = match signer.vkey.signature_type {
            SignatureType::Ed25519 => signer.key.sign_unlabelled(self.text.as_bytes()).0.to_vec(),
            SignatureType::Cosignature => {
                let signature = signer.key.sign_unlabelled(&cosigned(time, &self.text));
                [time.0.to_be_bytes().as_slice(), &signature.0].concat()
            }
        };
        self.signatures.push(NoteSignature {
            name: signer.vkey.name.clone(),
            id: signer.vkey.id,
            bytes,
        });
    }

    /// Adds a line that somebody else made, unless it is there already.
    pub fn add(&mut self, signature: NoteSignature) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// The same text with the first line of this key alone, if there is one.
    #[must_use]
    pub fn only(&self, key: &Vkey) -> Self {
        let of_key = |line: &&NoteSignature| line.name == key.name && line.id == key.id;
        Self {
            text: self.text.clone(),
            signatures: self
                .signatures
                .iter()
                .find(of_key)
                .cloned()
                .into_iter()
                .collect(),
        }
    }

    /// Verifies every line of this key; there must be one. For a cosignature: its newest time.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`], [`NoteError::NotSigned`].
    pub fn verify(&self, key: &Vkey) -> Result<Option<UnixTime>, NoteError> {
        let mut newest = None;
        for (line, signature) in self.signatures.iter().enumerate() {
            if signature.name == key.name && signature.id == key.id {
                let time = self
                    .verify_line(key, &signature.bytes)
                    .ok_or(NoteError::BadSignature { line })?;
                newest = newest.max(Some(time));
            }
        }
        newest.ok_or(NoteError::NotSigned)
    }

    fn verify_line(&self, key: &Vkey, bytes: &[u8]) -> Option<Option<UnixTime>> {
        let (time, message, signature) = match key.signature_type {
            SignatureType::Ed25519 => (None, self.text.as_bytes().to_vec(), bytes),
            SignatureType::Cosignature => {
                let (time, signature) = bytes.split_first_chunk::<8>()?;
                let time = UnixTime(u64::from_be_bytes(*time));
                // C2SP tlog-cosignature: a timestamp does not exceed 2^63 - 1.
                i64::try_from(time.0).ok()?;
                (Some(time), cosigned(time, &self.text), signature)
            }
        };
        let signature = Signature(signature.try_into().ok()?);
        key.key.verify_unlabelled(&message, &signature).ok()?;
        Some(time)
    }
}

fn cosigned(time: UnixTime, text: &str) -> Vec<u8> {
    alloc::format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

fn signature_line(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line
        .strip_suffix('\n')?
        .strip_prefix("— ")?
        .split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !bytes.is_empty()).then(|| NoteSignature {
        name: name.into(),
        id: *id,
        bytes: bytes.to_vec(),
    })
}

fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 && byte != b'\n')
}

fn fits(bytes: &[u8]) -> Result<(), NoteError> {
    if bytes.len() > LONGEST_NOTE {
        return Err(NoteError::TooLong {
            limit: LONGEST_NOTE,
            len: bytes.len(),
        });
    }
    Ok(())
}
