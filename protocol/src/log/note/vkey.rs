//! Keys of notes in their text form: vkeys, and secrets as Go's `sumdb/note` writes them.
//! Knows names and keys; does not know notes.
//! Specified in specs/protocol.md §8.1.

use crate::crypto::hash::sha256;
use crate::crypto::point::PointError;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use zeroize::Zeroizing;

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
    pub(super) name: String,
    pub(super) id: [u8; 4],
    pub(super) signature_type: SignatureType,
    pub(super) key: VerifyingKey,
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
    pub(super) vkey: Vkey,
    pub(super) key: SigningKey,
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

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c == '+' || c.is_whitespace() || c.is_control())
}
