"""The crawl of run.sh as Scrapy does it: title and links of every page of one host, written as JSON lines.

scrapy runspider spider.py -a url=URL -o FILE.jl
"""
from urllib.parse import urlsplit

import scrapy
from scrapy.linkextractors import LinkExtractor


class BenchSpider(scrapy.Spider):
    name = "bench"
    custom_settings = {
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [url]
        self.extractor = LinkExtractor(allow_domains=[urlsplit(url).netloc])

    def parse(self, response):
        if not isinstance(response, scrapy.http.HtmlResponse):
            return
        links = self.extractor.extract_links(response)
        yield {
            "url": response.url,
            "title": response.css("title::text").get(),
            "links": [link.url for link in links],
        }
        for link in links:
            yield scrapy.Request(link.url)
