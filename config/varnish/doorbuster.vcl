vcl 4.1;

# Varnish 7 in front of edges: pages and assets are hits, purchases and whatever is one shopper's never are.
#
#   varnishd -a :80 -f /etc/varnish/doorbuster.vcl -s malloc,256m
#
# In each edge.toml the trusted networks hold Varnish's address: an edge then keeps its limits by the shopper's own.
# Varnish compresses by gzip alone; with `-p http_gzip_support=off` it keeps what the edge compressed, brotli and zstd too.

import directors;
import std;

probe edge {
    # Answered by an edge that has no site yet, too: it shows its own page then.
    .url = "/api/sales";
    .interval = 2s;
    .timeout = 1s;
    .window = 4;
    .threshold = 3;
    .initial = 3;
}

# One block an edge; each is added below.
backend edge_1 {
    .host = "127.0.0.1";
    .port = "7101";
    .probe = edge;
    .connect_timeout = 1s;
    .first_byte_timeout = 15s;
    .between_bytes_timeout = 15s;
    .max_connections = 4096;
}

# Who may purge: `curl -X PURGE http://varnish/p/sku`.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_init {
    # A shopper stays with one edge: orders are shown by the edge that sold.
    new edges = directors.hash();
    edges.add_backend(edge_1, 1.0);
}

sub vcl_recv {
    set req.backend_hint = edges.backend(client.identity);

    # Varnish has added the client to X-Forwarded-For. What else a client says of itself would be believed of us.
    unset req.http.Forwarded;
    unset req.http.X-Real-IP;
    unset req.http.X-Request-Id;
    if (std.port(local.ip) == 443) {
        set req.http.X-Forwarded-Proto = "https";
    } else {
        set req.http.X-Forwarded-Proto = "http";
    }

    if (req.restarts == 0) {
        unset req.http.X-Stale;
    } else if (req.http.X-Stale == "refused") {
        # The stored answer is too old to be delivered while the edge is well: it is fetched, and waited for.
        set req.grace = 0s;
    } else if (req.http.X-Stale == "wanted") {
        set req.grace = 7d;
    }

    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(405));
        }
        return (purge);
    }
    if (req.http.Upgrade ~ "(?i)^websocket$") {
        return (pipe);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url ~ "^/(api/)?(orders|login|logout)([/?]|$)" || req.url ~ "^/api/sales/[^/?]+/route([?]|$)") {
        return (pass);
    }
    # The same for everybody: who asks does not matter.
    if (req.url ~ "^/([?]|$)" || req.url ~ "^/p/[^/?]+([?]|$)" || req.url ~ "^/(assets|api/sales)([/?]|$)") {
        unset req.http.Cookie;
        unset req.http.Authorization;
        return (hash);
    }
    # Elsewhere Varnish's own rules hold: cookies and credentials are not cached.
}

sub vcl_pipe {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = "Upgrade";
}

sub vcl_backend_response {
    # What is meant for shared caches (RFC 9213) goes before what is meant for all.
    if (beresp.http.CDN-Cache-Control) {
        set beresp.http.X-Rules = beresp.http.CDN-Cache-Control;
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        if (beresp.http.X-Rules ~ "(^|[ ,])max-age=[0-9]+") {
            set beresp.ttl = std.duration(regsub(beresp.http.X-Rules, "^(.*[ ,])?max-age=([0-9]+).*$", "\2s"), 0s);
        }
    } else {
        set beresp.http.X-Rules = beresp.http.Cache-Control;
    }

    # An error takes the place of nothing that is stored.
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch || bereq.http.X-Stale == "refused") {
            return (abandon);
        }
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }

    if (beresp.http.X-Rules == "" || beresp.http.X-Rules ~ "(?i)no-store|no-cache|private" || beresp.http.Set-Cookie) {
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
        set beresp.grace = 0s;
        return (deliver);
    }

    # Kept for as long as it may be delivered after its time, whatever the reason; vcl_hit looks at the reason.
    set beresp.http.X-Revalidate = "0s";
    if (beresp.http.X-Rules ~ "stale-while-revalidate=[0-9]+") {
        set beresp.http.X-Revalidate = regsub(beresp.http.X-Rules, "^.*stale-while-revalidate=([0-9]+).*$", "\1s");
    }
    set beresp.grace = std.duration(beresp.http.X-Revalidate, 0s);
    if (beresp.http.X-Rules ~ "stale-if-error=[0-9]+") {
        if (std.duration(regsub(beresp.http.X-Rules, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s) > beresp.grace) {
            set beresp.grace = std.duration(regsub(beresp.http.X-Rules, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
        }
    }
    return (deliver);
}

sub vcl_hit {
    if (obj.ttl >= 0s || !std.healthy(req.backend_hint) || req.http.X-Stale == "wanted") {
        return (deliver);
    }
    # stale-while-revalidate: delivered now, and fetched behind the shopper's back.
    if (obj.ttl + std.duration(obj.http.X-Revalidate, 0s) > 0s) {
        return (deliver);
    }
    set req.http.X-Stale = "refused";
    return (restart);
}

sub vcl_deliver {
    if (obj.uncacheable) {
        set resp.http.X-Cache = "pass";
    } else if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
    } else {
        set resp.http.X-Cache = "miss";
    }
    unset resp.http.X-Rules;
    unset resp.http.X-Revalidate;
}

sub vcl_backend_error {
    if (bereq.is_bgfetch || bereq.http.X-Stale == "refused") {
        return (abandon);
    }
    # No edge answers, and nothing is stored.
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = std.integer(real = std.random(2, 10), fallback = 5);
    set beresp.body = "The shop cannot be reached right now. Please try again in a few seconds.";
    set beresp.uncacheable = true;
    set beresp.ttl = 0s;
    return (deliver);
}

sub vcl_synth {
    # stale-if-error: the edge failed, and something is still stored for that case.
    if (resp.status == 503 && req.http.X-Stale == "refused") {
        set req.http.X-Stale = "wanted";
        return (restart);
    }
    if (resp.status == 200) {
        set resp.http.Content-Type = "text/plain; charset=utf-8";
        set resp.body = "purged";
        return (deliver);
    }
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, POST";
        set resp.http.Content-Type = "text/plain; charset=utf-8";
        set resp.body = "";
        return (deliver);
    }
}
