"""A hardware token that is none: SoftHSM, with the keys and certificates of `pki` in it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.documents.pki import Authorities

LABEL, PIN = "court", "7391"


def token(folder: Path, authorities: Authorities, *labels: str) -> Path:
    """Make a token that holds these signatories; return its PKCS#11 module, or skip the test."""
    program = needs.program("softhsm2-util")
    module = needs.softhsm_module()
    assert module is not None
    pkcs11 = pytest.importorskip("pkcs11")
    store = folder / "tokens"
    store.mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {store}\nlog.level = ERROR\n", encoding="utf-8")
    os.environ["SOFTHSM2_CONF"] = str(settings)  # read once, when the module is loaded

    def run(*words: str | Path) -> None:
        subprocess.run([program, *words], check=True, capture_output=True, timeout=60)

    run("--init-token", "--free", "--label", LABEL, "--so-pin", PIN, "--pin", PIN)
    for number, label in enumerate(labels, 1):
        key = authorities.folder / "keys" / f"{label}.pem"
        run(
            *("--import", key, "--token", LABEL, "--pin", PIN),
            *("--label", label, "--id", f"{number:02x}"),
        )
    held = pkcs11.lib(str(module)).get_token(token_label=LABEL)
    with held.open(rw=True, user_pin=PIN) as session:
        for number, label in enumerate(labels, 1):
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.ID: bytes([number]),
                    pkcs11.Attribute.SUBJECT: authorities.subject(label),
                    pkcs11.Attribute.VALUE: authorities.certificate(label),
                }
            )
    return module
