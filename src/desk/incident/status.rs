//! Where an incident stands: the states of the life-cycle, and their names in both languages.

use super::super::now::Elapsed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an incident stands. Each variant owns what only it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// 検知: the grouping window is open.
    Detected {
        /// End of the window.
        until: Elapsed,
    },
    /// 静観
    Watched {
        /// 完了 when nothing happens until then.
        until: Elapsed,
    },
    /// 受付
    Accepted,
    /// 切り分け中
    Isolating {
        /// A verdict is made then with what is known; `None` = it is made, the desk leads on.
        until: Option<Elapsed>,
    },
    /// 対応依頼中
    Requested,
    /// 対応中
    InProgress,
    /// 暫定復旧
    WorkedAround,
    /// 復旧確認中
    Verifying,
    /// 復旧
    Restored,
    /// 報告確認待ち
    AwaitingAcceptance,
    /// 完了
    Closed,
    /// 保留 (別途検討)
    OnHold {
        /// 相談 is raised again then.
        raise_at: Option<Timestamp>,
        /// How often it was raised.
        raised: u32,
    },
    /// 取消
    Cancelled,
    /// 統合: it goes on under another number.
    Merged,
}

/// The bare name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// 検知
    Detected,
    /// 静観
    Watched,
    /// 受付
    Accepted,
    /// 切り分け中
    Isolating,
    /// 対応依頼中
    Requested,
    /// 対応中
    InProgress,
    /// 暫定復旧
    WorkedAround,
    /// 復旧確認中
    Verifying,
    /// 復旧
    Restored,
    /// 報告確認待ち
    AwaitingAcceptance,
    /// 完了
    Closed,
    /// 保留
    OnHold,
    /// 取消
    Cancelled,
    /// 統合: it goes on under another number.
    Merged,
}

impl StatusName {
    /// All of them, in the order of the journey.
    pub const ALL: [StatusName; 14] = [
        StatusName::Detected,
        StatusName::Watched,
        StatusName::Accepted,
        StatusName::Isolating,
        StatusName::Requested,
        StatusName::InProgress,
        StatusName::WorkedAround,
        StatusName::Verifying,
        StatusName::Restored,
        StatusName::AwaitingAcceptance,
        StatusName::Closed,
        StatusName::OnHold,
        StatusName::Cancelled,
        StatusName::Merged,
    ];

    /// In English, as transcripts and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            StatusName::Detected => "detected",
            StatusName::Watched => "watched",
            StatusName::Accepted => "accepted",
            StatusName::Isolating => "isolating",
            StatusName::Requested => "requested",
            StatusName::InProgress => "in progress",
            StatusName::WorkedAround => "worked around",
            StatusName::Verifying => "verifying",
            StatusName::Restored => "restored",
            StatusName::AwaitingAcceptance => "awaiting acceptance",
            StatusName::Closed => "closed",
            StatusName::OnHold => "on hold",
            StatusName::Cancelled => "cancelled",
            StatusName::Merged => "merged",
        }
    }

    /// In Japanese, as the record writes it.
    pub fn japanese(self) -> &'static str {
        match self {
            StatusName::Detected => "検知",
            StatusName::Watched => "静観",
            StatusName::Accepted => "受付",
            StatusName::Isolating => "切り分け中",
            StatusName::Requested => "対応依頼中",
            StatusName::InProgress => "対応中",
            StatusName::WorkedAround => "暫定復旧",
            StatusName::Verifying => "復旧確認中",
            StatusName::Restored => "復旧",
            StatusName::AwaitingAcceptance => "報告確認待ち",
            StatusName::Closed => "完了",
            StatusName::OnHold => "保留",
            StatusName::Cancelled => "取消",
            StatusName::Merged => "統合",
        }
    }
}

impl Status {
    /// Its bare name.
    pub fn name(&self) -> StatusName {
        match self {
            Status::Detected { .. } => StatusName::Detected,
            Status::Watched { .. } => StatusName::Watched,
            Status::Accepted => StatusName::Accepted,
            Status::Isolating { .. } => StatusName::Isolating,
            Status::Requested => StatusName::Requested,
            Status::InProgress => StatusName::InProgress,
            Status::WorkedAround => StatusName::WorkedAround,
            Status::Verifying => StatusName::Verifying,
            Status::Restored => StatusName::Restored,
            Status::AwaitingAcceptance => StatusName::AwaitingAcceptance,
            Status::Closed => StatusName::Closed,
            Status::OnHold { .. } => StatusName::OnHold,
            Status::Cancelled => StatusName::Cancelled,
            Status::Merged => StatusName::Merged,
        }
    }
}

impl StatusName {
    /// The fault is not over: new alerts about it belong here.
    pub fn burning(self) -> bool {
        matches!(
            self,
            Self::Detected
                | Self::Watched
                | Self::Accepted
                | Self::Isolating
                | Self::Requested
                | Self::InProgress
                | Self::WorkedAround
                | Self::Verifying
                | Self::OnHold
        )
    }

    /// Numbered and not at its end.
    pub fn open(self) -> bool {
        self.burning() && !matches!(self, Self::Detected | Self::Watched)
            || matches!(self, Self::Restored | Self::AwaitingAcceptance)
    }

    /// 復旧, and what follows it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Restored | Self::AwaitingAcceptance | Self::Closed)
    }

    /// From here monitoring that shows normal leads to 復旧確認中.
    pub fn may_recover(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Isolating | Self::Requested | Self::InProgress | Self::WorkedAround | Self::OnHold
        )
    }
}
