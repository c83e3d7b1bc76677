# frozen_string_literal: true

require 'minitest/autorun'
require 'net/http'

class PageTest < Minitest::Test
  def page
    @page ||= ENV.key?('SITE_URL') ? Net::HTTP.get(URI(ENV['SITE_URL'])) : File.read('index.html')
  end

  def test_says_that_it_works
    assert_includes page, '<h1>It works</h1>'
  end

  def test_is_a_whole_document
    assert_match(/\A<!DOCTYPE html>/, page)
    assert_match(%r{</html>\s*\z}, page)
  end

  def test_names_its_revision
    assert_match(%r{<p id=['"]revision['"]>[^<]+</p>}, page)
  end
end
