# frozen_string_literal: true

# history.rb - back-dated issues with journals, run by `redmine seed` through `rails runner` beside the running
# server. Bulk inserts without callbacks, so ten thousand issues take seconds. The same seed, counts and first id
# give the same issues relative to the moment of the run. Prints one JSON line.
require 'json'

# One issue on its way through the desk: who has it, where it stands, and what each next journal changes.
class Story
  STAFF_SAYS = ['We are looking into it.', 'Please send the log file.', 'Fixed, please check.', 'Passed to the developers.', 'Приняли в работу.'].freeze
  CUSTOMER_SAYS = ['Any news?', 'It still happens.', 'Here are the details you asked for.', 'Thank you, it works now.', 'Ещё воспроизводится, помогите.'].freeze
  PRIVATE_SAYS = ['internal: known problem, see the old issue', 'internal: the customer is in a hurry', 'внутреннее: ждём сервер'].freeze

  attr_reader :status, :assignee, :priority, :severity, :done, :closed_at

  def initialize(rng, world, customer)
    @rng = rng
    @world = world
    @customer = customer
    @team = world['users'].values_at('support1', 'support2').map { |u| u['id'] }
    @devs = world['users'].values_at('dev1', 'dev2').map { |u| u['id'] }
    @status = id('new')
    @assignee = rng.rand < 0.2 ? pick(@team) : nil
    @priority = pick(world['priorities'].values_at('low', 'normal', 'normal', 'normal', 'high', 'urgent', 'immediate'))
    @severity = pick(world['severities'])
    @done = 0
  end

  # next_journal gives {by:, note:, private:, details: [[property, key, old, new]]}.
  def next_journal(at)
    @journal = { by: @assignee || pick(@team), note: '', private: false, details: [] }
    case @status
    when id('new') then taken
    when id('waiting'), id('feedback') then answered
    when id('resolved') then verified(at)
    when id('closed') then thanked
    else worked_on
    end
    @journal
  end

  private

  def id(status)
    @world['statuses'][status]
  end

  def pick(list)
    list[@rng.rand(list.size)]
  end

  def move(status)
    detail('attr', 'status_id', @status, id(status))
    @status = id(status)
  end

  def detail(property, key, old, new)
    @journal[:details] << [property, key, old, new] unless old == new
  end

  def says(list, by: nil, hidden: false)
    @journal[:by] = by if by
    @journal[:note] = pick(list)
    @journal[:private] = hidden
  end

  def taken
    move('in_progress')
    assign(@journal[:by])
    says(STAFF_SAYS) if @rng.rand < 0.6
  end

  def assign(person)
    detail('attr', 'assigned_to_id', @assignee, person)
    @assignee = person
  end

  def answered
    says(CUSTOMER_SAYS, by: @customer)
    move('in_progress') if @rng.rand < 0.6
  end

  def verified(at)
    says(CUSTOMER_SAYS, by: @customer) if @rng.rand < 0.5
    return move('in_progress') if @rng.rand < 0.25

    move('closed')
    @closed_at = at
  end

  def thanked
    says(CUSTOMER_SAYS, by: @customer)
    return unless @rng.rand < 0.2

    move('in_progress')
    @closed_at = nil
  end

  def worked_on
    case @rng.rand(9)
    when 0, 1 then says(CUSTOMER_SAYS, by: @customer)
    when 2 then says(PRIVATE_SAYS, hidden: true)
    when 3 then assign(pick(@devs + @team - [@assignee]))
    when 4 then raise_or_lower
    when 5 then reclassify
    when 6, 7
      says(STAFF_SAYS)
      move('waiting')
    else resolve
    end
    says(STAFF_SAYS) if @journal[:note].empty? && @journal[:details].empty?
  end

  def raise_or_lower
    new = pick(@world['priorities'].values)
    detail('attr', 'priority_id', @priority, new)
    @priority = new
  end

  def reclassify
    new = pick(@world['severities'])
    detail('cf', @world['custom_fields']['severity'], @severity, new)
    @severity = new
  end

  def resolve
    move('resolved')
    detail('attr', 'done_ratio', @done, 100)
    @done = 100
    says(STAFF_SAYS)
  end
end

class History
  WORDS = %w[invoice report login export printer server backup mail calendar order stock payment screen search filter
             page error timeout crash slow empty wrong missing duplicate access password update sync].freeze
  TABLES = [Issue, Journal, JournalDetail, CustomValue, TimeEntry].freeze
  PROJECTS = %w[acme acme acme-erp globex globex support].freeze
  CLIENTS = { 'globex' => %w[customer2 C-002 Globex\ LLC] }.tap { |h| h.default = %w[customer1 C-001 ACME\ Ltd] }.freeze

  def initialize(dir, env)
    @world = JSON.parse(File.read(File.join(dir, 'world.json')))
    @count = Integer(env.fetch('LAB_ISSUES'))
    @per_issue = Float(env.fetch('LAB_JOURNALS'))
    @days = Float(env.fetch('LAB_DAYS'))
    @rng = Random.new(Integer(env.fetch('LAB_SEED')))
    @till = Time.at(Time.now.to_i).utc
    @issue_id = Issue.maximum(:id) || 0
    @journal_id = Journal.maximum(:id) || 0
    @journal_columns = Journal.column_names
    @activity = TimeEntryActivity.first.id
    @projects = env['LAB_PROJECT'] ? [env['LAB_PROJECT']] : PROJECTS
    @project_ids = Project.where(identifier: @projects).to_h { |p| [p.identifier, p.id] }
    @rows = TABLES.to_h { |t| [t, []] }
    @total = Hash.new(0)
  end

  def make
    first = @issue_id + 1
    ActiveRecord::Base.transaction do
      @count.times do |i|
        issue
        flush if (i % 200) == 199
      end
      flush
    end
    after_bulk
    puts JSON.generate(@total.merge('first_id' => first, 'last_id' => @issue_id))
  end

  private

  def issue
    @issue_id += 1
    project = @projects[@rng.rand(@projects.size)]
    customer = @world['users'][CLIENTS[project][0]]['id']
    created = @till - (@rng.rand * @days * 86_400).to_i - 600
    story = Story.new(@rng, @world, customer)
    updated = journals(story, created, @project_ids[project])
    issue_row(story, project, customer, created, updated)
  end

  # The first answer comes after an hour or so, the later ones after most of a day. Gives the last moment.
  def journals(story, created, project)
    at = created
    (@per_issue * (0.4 + @rng.rand * 1.2)).round.times do |k|
      later = at + 1 + (-Math.log(1 - @rng.rand) * (k.zero? ? 3_600 : 20 * 3_600)).to_i
      break if later >= @till

      at = later
      journal(story.next_journal(at), at)
      time_entry(project, story.assignee, at) if story.assignee && @rng.rand < 0.06
    end
    at
  end

  def journal(entry, at)
    @journal_id += 1
    row = { id: @journal_id, journalized_id: @issue_id, journalized_type: 'Issue', user_id: entry[:by], notes: entry[:note],
            created_on: at, private_notes: entry[:private] }
    row[:updated_on] = at if @journal_columns.include?('updated_on') # 6.0 and later
    @rows[Journal] << row
    entry[:details].each do |property, key, old, new|
      @rows[JournalDetail] << { journal_id: @journal_id, property: property, prop_key: key.to_s, old_value: old&.to_s, value: new&.to_s }
    end
  end

  def time_entry(project, person, at)
    day = at.to_date
    @rows[TimeEntry] << { project_id: project, user_id: person, author_id: person, issue_id: @issue_id, hours: (1 + @rng.rand(8)) / 2.0,
                          comments: 'work', activity_id: @activity, spent_on: day, tyear: day.year, tmonth: day.month, tweek: day.cweek,
                          created_on: at, updated_on: at }
  end

  def issue_row(story, project, author, created, updated)
    words = Array.new(4) { WORDS[@rng.rand(WORDS.size)] }.join(' ')
    tracker = @world['trackers'].values_at('bug', 'bug', 'support', 'support', 'support', 'feature')[@rng.rand(6)]
    @rows[Issue] << { id: @issue_id, tracker_id: tracker, project_id: @project_ids[project], subject: "#{words} ##{@issue_id}",
                      description: "Seeded issue: #{words}.", status_id: story.status, assigned_to_id: story.assignee,
                      priority_id: story.priority, author_id: author, lock_version: 0, created_on: created, updated_on: updated,
                      start_date: created.to_date, done_ratio: story.done, root_id: @issue_id, lft: 1, rgt: 2, is_private: false,
                      closed_on: story.closed_at }
    { 'severity' => story.severity, 'client_id' => CLIENTS[project][1], 'organisation' => CLIENTS[project][2] }.each do |field, value|
      @rows[CustomValue] << { customized_type: 'Issue', customized_id: @issue_id, custom_field_id: @world['custom_fields'][field], value: value }
    end
  end

  def flush
    @rows.each do |table, rows|
      rows.each_slice(500) { |slice| table.insert_all!(slice) }
      @total[table.name] += rows.size
      rows.clear
    end
  end

  # PostgreSQL's sequences know nothing of ids that were given; both databases plan better with statistics.
  def after_bulk
    db = ActiveRecord::Base.connection
    [Issue, Journal].each { |t| db.reset_pk_sequence!(t.table_name) } if db.respond_to?(:reset_pk_sequence!)
    db.execute('ANALYZE')
  end
end

History.new(ENV.fetch('LAB_DIR'), ENV).make
