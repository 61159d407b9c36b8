"""Samples: what each rule finds, and what it lets pass."""


def logged(form, log, _log):
    # ruleid: nothing-of-a-request-is-logged
    log.error("no place called %s", request.args.get("q"))
    typed = form.words.data.strip()
    # ruleid: nothing-of-a-request-is-logged
    _log.warning(f"refused: {typed}")
    # ruleid: nothing-of-a-request-is-logged
    print(request.headers)
    # ok: nothing-of-a-request-is-logged
    log.error("E12 in %s %s", request.method, request.endpoint)


def sent_on():
    there = request.args["next"]
    # ruleid: no-redirect-goes-where-a-request-says
    return redirect(there, 303)


def sent_on_by_header(response):
    # ruleid: no-redirect-goes-where-a-request-says
    response.headers["Location"] = request.form["back"]


def sent_to_ours():
    # ok: no-redirect-goes-where-a-request-says
    return redirect(url_for("desk.queue", page=request.args.get("page")), 303)


def opened(folder):
    # ruleid: no-file-is-named-by-a-request
    send_from_directory(folder, request.args["name"])
    # ruleid: no-file-is-named-by-a-request
    return (folder / request.form["name"]).read_bytes()


def opened_by_number(folder):
    # ok: no-file-is-named-by-a-request
    return (folder / str(int(request.form["number"]))).read_bytes()


def asked():
    # ruleid: no-secret-stands-in-an-address
    request.args.get("receipt_code")
    # ruleid: no-secret-stands-in-an-address
    request.args["token"]
    # ok: no-secret-stands-in-an-address
    request.args.get("q")
    # ok: no-secret-stands-in-an-address
    request.form["code"]


def answered():
    try:
        read()
    except ValueError as wrong:
        # ruleid: no-text-of-an-exception-is-answered
        return render_template("error.html", why=str(wrong))


def answered_with_ours():
    try:
        read()
    except ValueError as wrong:
        # ok: no-text-of-an-exception-is-answered
        return render_template("error.html", why=SAID[wrong.kind])
