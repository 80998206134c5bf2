//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost.

use super::{
    Flow, FlowError, hash,
    limiting::{Limited, give_back},
};
use crate::store::{AccountRow, StoreError, Tx};
use proffer_domain::{AccountId, FieldCode, FieldProblem};
use proffer_protocol::{ErrorCode, Problem, RecoveryCodes, TotpEnrolment, TotpState};
use totp_rs::{Builder, Secret, Totp};

/// The length of a secret, in bytes: what RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// The length of a recovery code, in bytes: too many to be guessed, so a plain hash keeps it.
const RECOVERY_BYTES: usize = 10;

impl Flow {
    /// Whether signing in asks for a code.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn totp_state(&self, account: &AccountRow) -> Result<TotpState, FlowError> {
        let mut tx = self.store.read().await?;
        let totp = tx.totp(account.id).await?;
        Ok(TotpState {
            is_on: totp.is_some_and(|totp| totp.confirmed_at.is_some()),
            recovery_codes_left: tx.recovery_codes_left(account.id).await?,
        })
    }

    /// Makes a secret for an authenticator app. Nothing asks for its codes until one was shown to work.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidFields`] if the account has an app already.
    pub async fn begin_totp(&self, account: &AccountRow) -> Result<TotpEnrolment, FlowError> {
        let mut bytes = [0; SECRET_BYTES];
        self.ports.entropy.fill(&mut bytes);
        let secret = Secret::from(bytes).to_base32();
        let uri = totp_of(&secret, &account.email)?
            .to_url()
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let mut tx = self.store.begin().await?;
        if !tx.begin_totp(account.id, &secret).await? {
            let message = "An authenticator app is set up already; turn it off first.";
            let problem = FieldProblem::new("/code", FieldCode::Taken, message);
            return Err(FlowError::fields(vec![problem]));
        }
        tx.commit().await?;
        Ok(TotpEnrolment { secret, uri })
    }

    /// Asks for the app's codes from now on, after one of it was shown to work. Other sessions go on.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidFields`] if the code does not fit, or there is no app to confirm.
    pub async fn confirm_totp(&self, account: &AccountRow, code: &str) -> Result<RecoveryCodes, FlowError> {
        let tries = Limited::tries(&account.email, None);
        self.spend(&tries).await?;
        let mut tx = self.store.begin().await?;
        let waiting = tx.totp(account.id).await?.filter(|totp| totp.confirmed_at.is_none());
        let Some(totp) = waiting else {
            let message = "Begin anew: there is no authenticator app to confirm.";
            let problem = FieldProblem::new("/code", FieldCode::NotOffered, message);
            return Err(FlowError::fields(vec![problem]));
        };
        let now = self.ports.clock.now();
        let fits = match step_of(&totp.secret, code, now)? {
            Some(step) => tx.use_totp_step(account.id, step).await?,
            None => false,
        };
        if !fits {
            return Err(FlowError::fields(vec![wrong_code()]));
        }
        tx.confirm_totp(account.id, now).await?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let mut bytes = [0; RECOVERY_BYTES];
            self.ports.entropy.fill(&mut bytes);
            let code = Secret::from(bytes).to_base32();
            tx.insert_recovery_code(account.id, &hash(code.as_bytes())).await?;
            codes.push(in_groups(&code));
        }
        give_back(&mut tx, &tries).await?;
        super::audit::about_account(&mut tx, &self.ports, account, "second_factor_on").await?;
        tx.commit().await?;
        Ok(RecoveryCodes { codes })
    }

    /// Asks for no codes any more.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidFields`] if the code is neither the app's nor a recovery code.
    pub async fn disable_totp(&self, account: &AccountRow, code: &str) -> Result<(), FlowError> {
        let tries = Limited::tries(&account.email, None);
        self.spend(&tries).await?;
        let mut tx = self.store.begin().await?;
        match self.check_second_factor(&mut tx, account.id, Some(code.trim())).await {
            Err(FlowError::Refused(_)) => return Err(FlowError::fields(vec![wrong_code()])),
            checked => checked?,
        }
        tx.delete_totp(account.id).await?;
        super::audit::about_account(&mut tx, &self.ports, account, "second_factor_off").await?;
        give_back(&mut tx, &tries).await?;
        Ok(tx.commit().await?)
    }

    /// Checks the code of an account that asks for one, and uses it up.
    ///
    /// # Errors
    /// [`ErrorCode::CodeNeeded`] if it is missing, or, with `errors`, wrong or used before.
    pub(super) async fn check_second_factor(
        &self,
        tx: &mut Tx,
        account: AccountId,
        code: Option<&str>,
    ) -> Result<(), FlowError> {
        let confirmed = tx.totp(account).await?.filter(|totp| totp.confirmed_at.is_some());
        let Some(totp) = confirmed else {
            return Ok(());
        };
        let Some(code) = code else {
            let problem = Problem::new(ErrorCode::CodeNeeded)
                .with_detail("Write the code that your authenticator app shows, or a recovery code.");
            return Err(FlowError::refused(problem));
        };
        let fits = match step_of(&totp.secret, code, self.ports.clock.now())? {
            Some(step) => tx.use_totp_step(account, step).await?,
            None => {
                let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
                let code_hash = hash(plain.to_ascii_uppercase().as_bytes());
                tx.use_recovery_code(account, &code_hash).await?
            }
        };
        if fits {
            return Ok(());
        }
        let problem = wrong_code();
        Err(FlowError::refused(
            Problem::new(ErrorCode::CodeNeeded)
                .with_detail(problem.message.clone())
                .with_errors(vec![problem]),
        ))
    }
}

fn wrong_code() -> FieldProblem {
    FieldProblem::new(
        "/code",
        FieldCode::NoMatch,
        "This code does not fit. Codes are good for half a minute and only once; wait for the next one.",
    )
}

fn totp_of(secret: &str, email: &str) -> Result<Totp, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(error.to_string());
    let secret = Secret::try_from_base32(secret).map_err(|error| corrupt(&error))?;
    // A colon would end the name inside the address for apps.
    let name = email.replace(':', "");
    Builder::new()
        .with_secret(secret)
        .with_account_name(name)
        .with_issuer(Some("Proffer"))
        .build()
        .map_err(|error| corrupt(&error))
}

/// The time step whose code this is: the present one or one beside it.
fn step_of(secret: &str, code: &str, now: jiff::Timestamp) -> Result<Option<u64>, StoreError> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    Ok(totp_of(secret, "account")?.check(&digits, seconds))
}

/// A code as people can read and type it.
pub(crate) fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}
