"""Options of OpenTelemetry. Nothing of it is imported here."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


def _is_url(text: str) -> str | None:
    if text and not text.startswith(("http://", "https://")):
        return "must begin with http:// or https://, or be empty"
    return None


@dataclass(frozen=True, slots=True)
class OtelOptions:
    """Figures, sent to a collector of OpenTelemetry."""

    endpoint: str = option(
        "", "where figures are sent to by OTLP over HTTP, such as http://127.0.0.1:4318/v1/metrics; empty: nowhere",
        _is_url,
    )  # fmt: skip
    interval_seconds: int = option(60, "how often they are sent", at_least(1), "seconds")


OTEL = Section("otel", OtelOptions)
