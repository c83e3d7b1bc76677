# Reads JSON lines of YAML texts, and answers each with what Ruby's YAML makes of it and how the agent reads that.
require 'json'
require 'psych'
require 'date'

def typed(value)
  case value
  when nil then ['nil']
  when true, false then ['boolean', value]
  when Integer then ['integer', value.to_s]
  when Float then ['float', value.nan? ? 'nan' : value.infinite? ? (value > 0 ? 'inf' : '-inf') : value]
  when Symbol then ['symbol', value.to_s]
  when Time then ['time']
  when Date then ['date']
  when String then ['text', value]
  when Array then ['list', value.map { |item| typed(item) }]
  when Hash then ['map', value.map { |key, inner| [typed(key), typed(inner)] }.sort_by { |pair| JSON.generate(pair, max_nesting: false) }]
  end
end

$stdout.sync = true
STDIN.each_line do |line|
  answer =
    begin
      value = Psych.unsafe_load(JSON.parse(line))
      { loaded: typed(value == false ? nil : value) }
    rescue StandardError, SystemStackError => error # the latter: a value that holds itself
      { refused: "#{error.class}: #{error.message}" }
    end
  puts JSON.generate(answer, max_nesting: false)
end
