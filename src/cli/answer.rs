//! An act at the running desk, and its answer on the terminal.

mod at_open;
mod dropped;

use super::{By, Context, Trouble, cover, text};
use crate::control::server::ActRequest;
use crate::desk::{Act, Reply};
use crate::inbox::Answer;

/// Tells the desk, and shows its answer.
pub(super) async fn perform(context: &Context, by: By, act: Act) -> Result<(), Trouble> {
    let Answer { reply, on_record } = context.client()?.act(&ActRequest { by: by.by, act }).await?;
    if !on_record && !matches!(reply, Reply::Refused(_)) {
        eprintln!("{}", context.tongue.pick(
            "In force, but not on record: the disk cannot be written. It is written by itself once it can; keep a note, and see `kiriwake status`.",
            "受け付けましたが、ディスクに書き込めないため、まだ記録されていません。書き込めるようになると自動で記録します。控えを残し、`kiriwake status` で状態を確認してください。",
        ));
    }
    if context.json {
        context.print_json(&reply)?;
    }
    match reply {
        Reply::Refused(_) if context.json => Err(Trouble::Silent(65)),
        Reply::Refused(why) => Err(Trouble::Said(text::clean(&why), 65)),
        Reply::Done { incident, status, at_open } if !context.json => {
            text::out(&format!("{incident}: {}", context.tongue.status(status)));
            for line in at_open.iter().flat_map(|known| at_open::lines(context.tongue, known)) {
                text::out(&line);
            }
            Ok(())
        }
        Reply::Registered { name } if !context.json => {
            text::out(&format!("{name}: {}", context.tongue.pick("on record.", "記録しました。")));
            Ok(())
        }
        Reply::Dropped { row, means } if !context.json => {
            text::out(&dropped::said(context, &row, &means).await?);
            Ok(())
        }
        Reply::Recorded if !context.json => {
            text::out(context.tongue.pick("Recorded.", "記録しました。"));
            Ok(())
        }
        Reply::Cover { .. } if !context.json => {
            text::out(&cover::said(context, &reply).await?);
            Ok(())
        }
        Reply::Recorded
        | Reply::Registered { .. }
        | Reply::Done { .. }
        | Reply::Cover { .. }
        | Reply::Dropped { .. }
        | Reply::Erasing { .. } => Ok(()),
    }
}
