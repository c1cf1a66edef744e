#!/bin/sh
# corpus.sh - real documentation on loopback, for measuring crawlers.
#
#   corpus.sh start DIR   makes a tree of links to /usr/share/doc in DIR and starts nginx on a free port; prints the
#                         start page of each site, as "name URL"
#   corpus.sh stop DIR    stops that nginx
#
# "small" is what is installed of the manuals of Python, PostgreSQL and Apache, "all" those and what else there is.
# Debian's packages: python3-doc postgresql-doc-15 apache2-doc libboost1.74-doc linux-doc-6.1 debian-handbook
# openjdk-17-doc (with the docker images of Debian: rm /etc/dpkg/dpkg.cfg.d/docker before installing them).
# DIR/access.log has a line for each request: status, type, path. Needs no root.
set -eu

small="py /usr/share/doc/python3*/html index.html
pg /usr/share/doc/postgresql-doc-*/html index.html
httpd /usr/share/doc/apache2-doc/manual index.html"
more="boost /usr/share/doc/libboost*-doc/doc html/index.html
linux /usr/share/doc/linux-doc-*/html index.html
handbook /usr/share/doc/debian-handbook/html en-US/index.html
jdk /usr/share/doc/openjdk-*-jre-headless api/index.html"

# Links the trees of a list into the root and writes a page that leads to them.
make_site() { # name, list
    {
        echo "<!DOCTYPE html><html><head><title>$1</title></head><body><ul>"
        echo "$2" | while read -r name pattern first; do
            for tree in $pattern; do
                [ -r "$tree/$first" ] || continue
                [ -e "$dir/www/$name" ] || ln -s "$tree" "$dir/www/$name"
                echo "<li><a href=\"$name/$first\">$name</a></li>"
                break
            done
        done
        echo '</ul></body></html>'
    } > "$dir/www/$1.html"
}

write_configuration() {
    cat > "$dir/nginx.conf" <<-END
	worker_processes 1;
	pid $dir/nginx.pid;
	error_log $dir/error.log crit;
	events { worker_connections 8192; }
	http {
	    include /etc/nginx/mime.types;
	    sendfile on;
	    tcp_nopush on;
	    keepalive_requests 1000000;
	    open_file_cache max=8000 inactive=10m;
	    open_file_cache_valid 10m;
	    client_body_temp_path $dir/tmp;
	    proxy_temp_path $dir/tmp;
	    fastcgi_temp_path $dir/tmp;
	    uwsgi_temp_path $dir/tmp;
	    scgi_temp_path $dir/tmp;
	    log_format bench '\$status \$sent_http_content_type \$request_uri';
	    access_log $dir/access.log bench buffer=64k flush=1s;
	    root $dir/www;
	    server { listen 127.0.0.1:$1 backlog=4096; }
	}
	END
}

# nginx says itself whether a port is free.
start() {
    mkdir -p "$dir/www" "$dir/tmp"
    printf 'User-agent: *\nAllow: /\n' > "$dir/www/robots.txt"
    make_site small "$small"
    make_site all "$small
$more"
    chmod -R a+rX "$dir"
    for port in 18085 18185 18285 18385 18485; do
        write_configuration $port
        nginx -p "$dir" -c "$dir/nginx.conf" 2> "$dir/start.log" || continue
        for site in small all; do
            if grep -q '<li>' "$dir/www/$site.html"; then
                echo "$site http://127.0.0.1:$port/$site.html"
            else
                echo "corpus.sh: $site is left out: none of its packages is installed" >&2
            fi
        done
        return 0
    done
    cat "$dir/start.log" >&2
    return 1
}

[ $# = 2 ] || {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"
    exit 2
}
PATH=$PATH:/usr/sbin
dir=$2
case $1 in
start) start ;;
stop) kill -QUIT "$(cat "$dir/nginx.pid")" ;;
*) exit 2 ;;
esac
