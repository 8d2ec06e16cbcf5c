//! The subcommands of `incident`, each as the act it is.

use super::Incident;
use crate::cli::answer::perform;
use crate::cli::words::{moment, pair, word};
use crate::cli::{Context, Trouble, case, erase, evidence, show};
use crate::desk::Act;
use crate::desk::act::{CancelKind, ContractKind, Deed};
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::letter::{Ask, CallResult, DetectedBy};
use crate::desk::rules::{CauseClass, DataImpact, VerdictCode};
use crate::desk::words::Words;

/// Runs one of them.
pub(in crate::cli) async fn incident(context: &Context, incident: Incident) -> Result<(), Trouble> {
    let party = |name: String| PartyId::from(name);
    let (number, deed, by) = match incident {
        Incident::List { all, from, to } => return show::list(context, all, from, to).await,
        Incident::Case { number, out } => return case::case(context, &number, out.as_deref()),
        Incident::Erase(asked) => return erase::erase(context, asked).await,
        Incident::Evidence(asked) => return evidence::evidence(context, &asked).await,
        Incident::Show { number } => return show::show(context, &number).await,
        Incident::Open { summary, component, detected_by, at, severity, separate, by } => {
            let act = Act::Open {
                summary,
                component: component.map(ComponentId::from),
                detected_by: word::<DetectedBy>("--detected-by", &detected_by)?,
                occurred: moment(context, at).await?,
                severity,
                separate,
            };
            return perform(context, by, act).await;
        }
        Incident::Confirm { number, verdict, party: parties, severity, data, because, by } => {
            let data = data.map(|data| word::<DataImpact>("--data", &data)).transpose()?;
            let verdict = verdict.map(|verdict| word::<VerdictCode>("--verdict", &verdict)).transpose()?;
            let parties = parties.into_iter().map(party).collect();
            (number, Deed::Confirm { verdict, parties, severity, data, because }, by)
        }
        Incident::Assign { number, party: whom, inquiry, by } => {
            let ask = if inquiry { Ask::Inquiry } else { Ask::Repair };
            (number, Deed::Assign { party: party(whom), ask }, by)
        }
        Incident::Ack { number, party: whom, at, by } => {
            (number, Deed::Acknowledge { party: whom.map(party), at: moment(context, at).await? }, by)
        }
        Incident::HandBack { number, party: whom, reason, at, by } => {
            let at = moment(context, at).await?;
            (number, Deed::HandBack { party: whom.map(party), reason: reason.into(), at }, by)
        }
        Incident::Start { number, party: whom, at, by } => {
            (number, Deed::Start { party: whom.map(party), at: moment(context, at).await? }, by)
        }
        Incident::Called { number, result, party: whom, contact, at, by } => {
            let result = word::<CallResult>("the result", &result)?;
            (number, Deed::Called { party: party(whom), contact, result, at: moment(context, at).await? }, by)
        }
        Incident::Note { number, text, by } => (number, Deed::Note { text: text.into() }, by),
        Incident::Verify { number, by } => (number, Deed::Verify, by),
        Incident::Restore { number, check, usable, treatment, by } => (
            number,
            Deed::Restore {
                check: check.into(),
                usable: moment(context, usable).await?,
                treatment: treatment.map(Words::from),
            },
            by,
        ),
        Incident::Reopen { number, reason, by } => (number, Deed::Reopen { reason: reason.into() }, by),
        Incident::Submit { number, by } => (number, Deed::Submit, by),
        Incident::Accept { number, name, at, by } => {
            (number, Deed::Accept { name: name.into(), at: moment(context, at).await? }, by)
        }
        Incident::Hold { number, reason, by } => (number, Deed::Hold { reason: reason.into() }, by),
        Incident::Resume { number, decision, by } => (number, Deed::Resume { decision: decision.into() }, by),
        Incident::Workaround { number, text, at, by } => {
            (number, Deed::WorkAround { text: text.into(), at: moment(context, at).await? }, by)
        }
        Incident::Looked { number, item, at, by } => {
            let findings = item.iter().map(|item| pair("--item", item));
            let findings =
                findings.map(|pair| pair.map(|(item, found)| (item, found.into()))).collect::<Result<_, _>>()?;
            (number, Deed::Looked { findings, at: moment(context, at).await? }, by)
        }
        Incident::Cause { number, class, direct, root, contract, by } => {
            let class = word::<CauseClass>("the class", &class.to_uppercase())?;
            let contract = contract.map(|contract| word::<ContractKind>("--contract", &contract)).transpose()?;
            (number, Deed::Cause { class, direct: direct.into(), root: root.map(Words::from), contract }, by)
        }
        Incident::Merge { number, into, reason, by } => (number, Deed::Merge { into, reason: reason.into() }, by),
        Incident::Split { number, at, reason, by } => (number, Deed::Split { places: at, reason: reason.into() }, by),
        Incident::Link { number, to, recurrence, by } => (number, Deed::Link { to, recurrence }, by),
        Incident::Cancel { number, reason, kind, by } => {
            (number, Deed::Cancel { reason: reason.into(), kind: word::<CancelKind>("--kind", &kind)? }, by)
        }
    };
    perform(context, by, Act::On { incident: number, deed }).await
}
