//! Signed notes (C2SP signed-note): a text, and who signed it; keys as vkeys.
//! Knows texts and keys; does not know what a text says or whose keys count.
//! Specified in specs/protocol.md §8.1.

use crate::crypto::hash::sha256;
use crate::crypto::point::PointError;
use crate::crypto::sign::{Signature, SigningKey, VerifyingKey};
use crate::time::UnixTime;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use zeroize::Zeroizing;

/// No note of this protocol is longer than this many bytes (a trust list is the longest).
pub const LONGEST_NOTE: usize = 65_536;
/// A note carries at most this many signature lines.
pub const MOST_SIGNATURES: usize = 64;

/// Why a text is not a vkey. Whoever wrote it is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// The key is not a point that may sign.
    #[error("the key is refused: {0}")]
    BadKey(PointError),
    /// A key's name is empty or holds a space, `+` or a control character.
    #[error("the key's name is empty or holds a space, + or a control character")]
    BadName,
    /// Not `name+id+key`.
    #[error("not a vkey: name+id+key")]
    Malformed,
    /// A signature type that this program does not know.
    #[error("signature type {0} is unknown")]
    UnknownType(u8),
    /// The id is not the hash of name and key.
    #[error("the key's id does not fit its name and key")]
    WrongId,
}

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

/// What a note's key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SignatureType {
    /// The text itself.
    Ed25519 = 0x01,
    /// A time and the text: a witness's cosignature.
    Cosignature = 0x04,
}

impl SignatureType {
    const fn from_u8(number: u8) -> Option<Self> {
        match number {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// A key that verifies notes: `name+id+base64(type ‖ key)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vkey {
    name: String,
    id: [u8; 4],
    signature_type: SignatureType,
    key: VerifyingKey,
}

impl Vkey {
    /// Names a key.
    ///
    /// # Errors
    /// [`VkeyError::BadName`].
    pub fn new(
        name: &str,
        signature_type: SignatureType,
        key: VerifyingKey,
    ) -> Result<Self, VkeyError> {
        if !is_name(name) {
            return Err(VkeyError::BadName);
        }
        Ok(Self {
            name: name.into(),
            id: key_id(name, signature_type, &key),
            signature_type,
            key,
        })
    }

    /// Reads the key's only text form.
    ///
    /// # Errors
    /// [`VkeyError`].
    pub fn from_text(text: &str) -> Result<Self, VkeyError> {
        let (name, id, material) = split_vkey(text)?;
        let (&number, key) = material.split_first().ok_or(VkeyError::Malformed)?;
        let signature_type =
            SignatureType::from_u8(number).ok_or(VkeyError::UnknownType(number))?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| VkeyError::Malformed)?;
        let key = VerifyingKey::from_bytes(&key).map_err(VkeyError::BadKey)?;
        let vkey = Self::new(name, signature_type, key)?;
        if vkey.id != id {
            return Err(VkeyError::WrongId);
        }
        Ok(vkey)
    }

    /// The key's name; for a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ key).
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What the key signs.
    #[must_use]
    pub const fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The key itself.
    #[must_use]
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut material = alloc::vec![self.signature_type as u8];
        material.extend(self.key.to_bytes());
        let id = hex::encode(self.id);
        write!(f, "{}+{id}+{}", self.name, STANDARD.encode(material))
    }
}

impl fmt::Debug for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vkey({self})")
    }
}

/// A vkey with its secret: signs notes.
pub struct NoteSigner {
    vkey: Vkey,
    key: SigningKey,
}

const SECRET_HEAD: &str = "PRIVATE+KEY+";

impl NoteSigner {
    /// Names a secret key.
    ///
    /// # Errors
    /// [`VkeyError::BadName`].
    pub fn new(
        name: &str,
        signature_type: SignatureType,
        key: SigningKey,
    ) -> Result<Self, VkeyError> {
        let vkey = Vkey::new(name, signature_type, key.verifying_key())?;
        Ok(Self { vkey, key })
    }

    /// Reads `PRIVATE+KEY+name+id+base64(type ‖ seed)`, the form of Go's `sumdb/note`.
    ///
    /// # Errors
    /// [`VkeyError`].
    pub fn from_secret_text(text: &str) -> Result<Self, VkeyError> {
        let text = text.strip_prefix(SECRET_HEAD).ok_or(VkeyError::Malformed)?;
        let (name, id, material) = split_vkey(text)?;
        let material = Zeroizing::new(material);
        let (&number, seed) = material.split_first().ok_or(VkeyError::Malformed)?;
        let signature_type =
            SignatureType::from_u8(number).ok_or(VkeyError::UnknownType(number))?;
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| VkeyError::Malformed)?);
        let signer = Self::new(name, signature_type, SigningKey::from_seed(&seed))?;
        if signer.vkey.id != id {
            return Err(VkeyError::WrongId);
        }
        Ok(signer)
    }

    /// The secret in its text form, for a secret file.
    #[must_use]
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut material = Zeroizing::new(alloc::vec![self.vkey.signature_type as u8]);
        material.extend(self.key.to_seed().as_slice());
        let encoded = Zeroizing::new(STANDARD.encode(material.as_slice()));
        Zeroizing::new(
            [
                SECRET_HEAD,
                self.vkey.name(),
                "+",
                &hex::encode(self.vkey.id),
                "+",
                &encoded,
            ]
            .concat(),
        )
    }

    /// The key that verifies.
    #[must_use]
    pub const fn vkey(&self) -> &Vkey {
        &self.vkey
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteSigner")
    }
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

fn split_vkey(text: &str) -> Result<(&str, [u8; 4], Vec<u8>), VkeyError> {
    let (name, rest) = text.split_once('+').ok_or(VkeyError::Malformed)?;
    let (hex_id, encoded) = rest.split_once('+').ok_or(VkeyError::Malformed)?;
    let mut id = [0; 4];
    hex::decode_to_slice(hex_id, &mut id).map_err(|_| VkeyError::Malformed)?;
    if hex::encode(id) != hex_id {
        return Err(VkeyError::Malformed);
    }
    let material = STANDARD.decode(encoded).map_err(|_| VkeyError::Malformed)?;
    if !is_name(name) {
        return Err(VkeyError::BadName);
    }
    Ok((name, id, material))
}

fn key_id(name: &str, signature_type: SignatureType, key: &VerifyingKey) -> [u8; 4] {
    let hash = sha256(&[
        name.as_bytes(),
        b"\n",
        &[signature_type as u8],
        &key.to_bytes(),
    ]);
    [hash[0], hash[1], hash[2], hash[3]]
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c == '+' || c.is_whitespace() || c.is_control())
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
