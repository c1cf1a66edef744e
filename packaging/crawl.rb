# Homebrew formula. It builds what is checked out in HOMEBREW_CRAWL_TREE: see README.md here.
# A tap that serves releases adds `url` and `sha256` of the release, and `homepage`.
class Crawl < Formula
  desc "Web crawler that leaves a database of titles, links and fates"
  license all_of: ["MIT", "Unicode-3.0"]
  head "file://#{ENV.fetch("HOMEBREW_CRAWL_TREE", Dir.pwd)}", using: :git, branch: "main"

  depends_on "autoconf" => :build
  depends_on "automake" => :build
  depends_on "pkgconf" => :build
  depends_on "brotli"
  depends_on "curl"
  depends_on "libpsl"
  depends_on "libxml2"
  depends_on "pcre2"
  depends_on "sqlite"
  depends_on "uchardet"
  depends_on "xxhash"
  depends_on "zstd"

  uses_from_macos "zlib"

  def install
    system "autoreconf", "--install" unless File.exist?("configure")
    system "./configure", *std_configure_args
    system "make", "install"
  end

  test do
    (testpath/"site/index.html").write "<title>Home</title><a href=gone.html>Gone</a>"
    port = free_port
    server = fork { exec "python3", "-m", "http.server", port.to_s, "--bind", "127.0.0.1", "--directory", "site" }
    sleep 2
    begin
      system bin/"crawl", "--config=none", "http://127.0.0.1:#{port}/"
    ensure
      Process.kill "TERM", server
    end
    assert_match "Home", shell_output("#{bin}/crawl export --format=csv pages")
    assert_match "gone.html", shell_output("#{bin}/crawl export --format=csv broken_links")
  end
end
