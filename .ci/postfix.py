#!/usr/bin/env python3
"""Mails through a real mail server: postfix with STARTTLS and a password, into a Maildir.

postfix.py WIREDESK starts a postfix of its own on 127.0.0.1, has the daemon tell of a story and of
a longer version of it, and reads what arrived with Python's own parser. Ends what it started. Exits
with 0, also where postfix cannot be had, which it says.
"""

import email
import email.policy
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PASSWORD = "open sesame"
PATIENCE = 60


def left_out(why):
    print(f"left out: postfix, since {why}")
    sys.exit(0)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def install():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.geteuid() != 0:
        left_out("only root can start one")
    if all(map(shutil.which, ["postfix", "saslpasswd2"])):
        return
    if not shutil.which("apt-get"):
        left_out("there is no apt-get to install it with")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["postfix", "sasl2-bin", "libsasl2-modules", "openssl"]
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, timeout=900)
        if done.returncode != 0:
            left_out(f"`{' '.join(command)}` failed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configure(home, port):
    """A postfix that listens on one port and delivers into `home/maildir`."""
    config = home / "config"
    for folder in ("config/sasl", "queue", "data", "maildir"):
        (home / folder).mkdir(parents=True)
    shutil.chown(home / "data", "postfix")
    shutil.chown(home / "maildir", "nobody")
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        # A server's certificate, not an authority's.
        "-addext", "basicConstraints=critical,CA:FALSE",
        "-keyout", home / "key.pem", "-out", home / "cert.pem",
    )
    run("saslpasswd2", "-p", "-c", "-u", "desk.example", "-f", home / "sasldb2", "desk", input=PASSWORD)
    shutil.chown(home / "sasldb2", "postfix")
    # Debian's looks in a folder beside its configuration.
    (config / "sasl" / "smtpd.conf").write_text(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n"
        f"sasldb_path: {home}/sasldb2\n"
    )
    (config / "main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = mx.desk.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = desk.example
virtual_mailbox_base = {home}/maildir
virtual_mailbox_maps = static:ops/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_cert_file = {home}/cert.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = desk.example
cyrus_sasl_config_path = {config}/sasl
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
""")
    (config / "master.cf").write_text(f"""127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
""")
    return config


def atom(text):
    return f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><id>urn:post</id>
<entry><id>urn:post:1</id><title>Kranausfall in Übersee — رافعة تسقط</title>
<link href="https://post.example/1"/><published>{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}</published>
<content type="html">{text}</content></entry></feed>"""


def desk(home, port):
    folder = home / "desk"
    folder.mkdir()
    (folder / "smtp-password").write_text(PASSWORD)
    (folder / "wiredesk.toml").write_text(f"""data = "{folder}/data"
[mail]
from = "Wire Desk <wire@desk.example>"
smtp = "smtp://127.0.0.1:{port}"
username = "desk@desk.example"
password_file = "smtp-password"
[[feed]]
name = "post"
url = "{folder}/feed.xml"
publisher = "Übersee-Post"
interval = "1 s"
full_text = "never"
[[recipient]]
name = "desk"
email = ["ops@desk.example"]
wait = "0 s"
[[rule]]
name = "harbour"
title = "Der Hafen"
query = "Hafen"
notify = ["desk"]
tell_again = ["longer"]
""")
    return folder


def arrived(home, count):
    new = home / "maildir" / "ops" / "new"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        files = list(new.iterdir()) if new.is_dir() else []
        if len(files) >= count:
            return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        time.sleep(0.2)
    log = (home / "log").read_text() if (home / "log").exists() else "no log"
    sys.exit(f"{count} mails did not arrive within {PATIENCE} s\n{log}")


def tell(wiredesk, home, folder, text, count):
    """Has the daemon look until so many mails have arrived."""
    (folder / "feed.xml").write_text(atom(text))
    environment = {**os.environ, "SSL_CERT_FILE": str(home / "cert.pem")}
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        out = run(wiredesk, "once", "-c", folder / "wiredesk.toml", env=environment)
        if "1 messages sent, 0 not" in out:
            return arrived(home, count)
        time.sleep(1)
    sys.exit(f"nothing was sent: {run(wiredesk, 'status', '-c', folder / 'wiredesk.toml')}")


def check(condition, what):
    if not condition:
        sys.exit(f"postfix: {what}")


def check_mail(mail):
    check(not mail.defects, f"defects: {mail.defects}")
    check("ESMTPSA" in mail["Received"], f"not encrypted and let in: {mail['Received']}")
    check("Kranausfall in Übersee — رافعة تسقط" in mail["Subject"], f"subject: {mail['Subject']}")
    check(mail["From"].addresses[0].addr_spec == "wire@desk.example", f"from: {mail['From']}")
    check(mail["To"].addresses[0].addr_spec == "ops@desk.example", f"to: {mail['To']}")
    check(mail["Date"].datetime is not None, f"date: {mail['Date']}")
    check(mail["Auto-Submitted"] == "auto-generated", "Auto-Submitted")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        check(part is not None and not part.defects, f"no {kind} part")
        text = part.get_content()
        for words in ("Der", "Hafen", "Übersee-Post", "https://post.example/1"):
            check(words in text, f"{words} is not in the {kind} part: {text}")


def main():
    wiredesk = pathlib.Path(sys.argv[1]).resolve()
    install()
    home = pathlib.Path(tempfile.mkdtemp(prefix="wiredesk-postfix-"))
    home.chmod(0o755)
    port = free_port()
    config = configure(home, port)
    run("postfix", "-c", config, "start")
    try:
        folder = desk(home, port)
        first_text = "Der Hafen ist nach dem Ausfall des Krans geschlossen. " + "Niemand wurde verletzt. " * 4
        more = " ".join(f"Weiteres meldete die Hafenmeisterei um {n} Uhr." for n in range(1, 13))
        [first] = tell(wiredesk, home, folder, first_text, 1)
        mails = tell(wiredesk, home, folder, first_text + more, 2)
        [second] = [mail for mail in mails if mail["Message-ID"] != first["Message-ID"]]
        for mail in (first, second):
            check_mail(mail)
        check(first["References"] is None, f"the first follows nothing: {first['References']}")
        check(second["In-Reply-To"] == first["Message-ID"], f"In-Reply-To: {second['In-Reply-To']}")
        check(second["References"].split() == [first["Message-ID"]], f"References: {second['References']}")
        log = (home / "log").read_text()
        check("sasl_username=desk@desk.example" in log, log)
    finally:
        run("postfix", "-c", config, "stop")
        shutil.rmtree(home, ignore_errors=True)
    print("postfix: a story and its longer version came over STARTTLS with a password, in one thread")


if __name__ == "__main__":
    main()
