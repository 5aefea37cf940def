"""A screen that is told by background threads what came, and hands it on."""

from typing import TYPE_CHECKING

from textual import on

from annotator.ui.messages import (
    AnswersCounted,
    Coloured,
    Connected,
    DatasetsListed,
    Fed,
    Filled,
    HandoverMade,
    Learned,
    NotOpened,
    OpinionsRead,
    Prepared,
    PushTold,
    Remarked,
    RowsPulled,
    ServerSilent,
    Shared,
    Sifted,
    Synced,
)
from annotator.ui.screens.framed import FramedScreen

if TYPE_CHECKING:
    from annotator.ui.review.collecting import Collecting
    from annotator.ui.review.everyone import Everyone
    from annotator.ui.review.filtering import Filtering
    from annotator.ui.review.fitting import Fitting
    from annotator.ui.review.forming import Forming
    from annotator.ui.review.handing import Handing
    from annotator.ui.review.moving import Moving
    from annotator.ui.review.news import News
    from annotator.ui.review.sharing import Sharing


class ListeningScreen(FramedScreen, inherit_bindings=False):
    """Each message of `ui/messages.py` goes to what it is about."""

    collecting: "Collecting"
    everyone: "Everyone"
    filtering: "Filtering"
    fitting: "Fitting"
    forming: "Forming"
    handing: "Handing"
    moving: "Moving"
    news: "News"
    sharing: "Sharing"

    @on(Prepared)
    def _prepared(self, message: Prepared) -> None:
        self.moving.arrived(message.item_id, message.presented)

    @on(Shared)
    def _shared(self, message: Shared) -> None:
        self.sharing.came(message)

    @on(OpinionsRead)
    def _opinions_read(self, message: OpinionsRead) -> None:
        self.everyone.came(message.opinions)

    @on(RowsPulled)
    def _rows_pulled(self, message: RowsPulled) -> None:
        self.everyone.pulled(message.trace_id)
        self.filtering.pulled(everywhere=not message.trace_id)

    @on(Coloured)
    def _coloured(self) -> None:
        self.fitting.lay_out(keep_top=True)

    @on(Filled)
    def _filled(self, message: Filled) -> None:
        self.news.filled(message)

    @on(Remarked)
    def _remarked(self, message: Remarked) -> None:
        self.news.remarked(message)

    @on(Fed)
    def _fed(self, message: Fed) -> None:
        self.news.fed(message)

    @on(Connected)
    def _connected(self, message: Connected) -> None:
        self.news.connected(message)

    @on(ServerSilent)
    def _silent(self, message: ServerSilent) -> None:
        self.news.silent(message)

    @on(DatasetsListed)
    def _datasets_listed(self, message: DatasetsListed) -> None:
        self.collecting.known = tuple(message.names)

    @on(NotOpened)
    def _not_opened(self, message: NotOpened) -> None:
        self.news.not_opened(message)

    @on(Sifted)
    def _sifted(self, message: Sifted) -> None:
        self.filtering.sifted(message)

    @on(Learned)
    def _learned(self, message: Learned) -> None:
        self.filtering.learned(message)

    @on(HandoverMade)
    def _handover_made(self, message: HandoverMade) -> None:
        self.handing.made(message)

    @on(Synced)
    def _synced(self, message: Synced) -> None:
        self.news.synced(message)

    @on(AnswersCounted)
    def _answers_counted(self, message: AnswersCounted) -> None:
        self.forming.counted(message)

    @on(PushTold)
    def _push_told(self, message: PushTold) -> None:
        self.forming.push_told(message)
