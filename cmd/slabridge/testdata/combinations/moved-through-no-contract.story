# kamal п. 8: staff moves a request out of every contract while its twenty minutes run, and hours later under another one. The
# notice is still the customer's, and the deadline left behind has passed: nobody gains the hours in between.
contract kamal
starts Mon 2026-04-06 09:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
mapping:
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
contract:
    when: [{tracker: [Bug]}]
beside:
    use: USE
    id: kamal-other
    when: [{tracker: [Support]}]

Mon 2026-04-06 11:00     customer1 creates #1 "Не открывается отчёт" Severity=critical tracker=Bug
    Mon 2026-04-06 11:00:01  #1 tells the customer: acknowledge/start (п. 7, due Mon 2026-04-06 11:20:00)
        | Здравствуйте!
        | Ваше обращение № 1 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 6 апреля 2026 г., 11:20 (время Алматы, UTC+5) (п. 8).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Mon 2026-04-06 11:10     support1 on #1 tracker=Feature
Mon 2026-04-06 15:10     support1 on #1 tracker=Support
    Mon 2026-04-06 15:10:01  #1 tells staff: respond/due (п. 8, due Mon 2026-04-06 11:20:00); involve-developers/due (п. 8, due Mon 2026-04-06 13:00:00); inform-management/due (п. 8, due Mon 2026-04-06 15:00:00)
        assignee=dev1
        priority=Immediate
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок истёк 6 апреля 2026 г., 11:20 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Повышаем приоритет до «Immediate».
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: критичный сбой.
        ~ Обращение не решено к сроку: 6 апреля 2026 г., 13:00 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
        ~ Вниманию руководства (Maria Manager): обращение не решено в срок (п. 8).
        ~ Обращение № 1, тема «Не открывается отчёт», критичность: критичный сбой.
        ~ Срок отсчитывается с 6 апреля 2026 г., 11:00 (время Алматы, UTC+5).
        ~ Срок истёк 6 апреля 2026 г., 15:00 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Mon 2026-04-06 15:20     support1 on #1 says "Смотрим." status="In Progress"
Mon 2026-04-06 16:00     support1 on #1 says "Исправлено." status=Resolved
Mon 2026-04-06 18:00     end
    #1 Не открывается отчёт: critical under kamal
        acknowledge created: met, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 11:20:00, ended Mon 2026-04-06 11:00:01: stopped by note-1
        respond created: cancelled, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 11:20:00, ended Mon 2026-04-06 11:10:00: left-contract by note-2
        involve-developers created: cancelled, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 13:00:00, ended Mon 2026-04-06 11:10:00: left-contract by note-2
        inform-management created: cancelled, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 15:00:00, ended Mon 2026-04-06 11:10:00: left-contract by note-2
        progress-update created: cancelled, from Mon 2026-04-06 11:00:00, due Wed 2026-04-08 11:00:00, ended Mon 2026-04-06 11:10:00: left-contract by note-2
    #1 Не открывается отчёт: critical under kamal-other
        respond created: breached, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 11:20:00, ended Mon 2026-04-06 15:20:00: stopped by note-5
        involve-developers created: breached, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 13:00:00, ended Mon 2026-04-06 15:10:01: stopped by note-4
        inform-management created: breached, from Mon 2026-04-06 11:00:00, due Mon 2026-04-06 15:00:00, ended Mon 2026-04-06 16:00:00: stopped by note-6
        progress-update created: met, from Mon 2026-04-06 11:00:00, due Wed 2026-04-08 11:00:00, ended Mon 2026-04-06 15:20:00: stopped by note-5
        progress-update note-5: met, from Mon 2026-04-06 15:20:00, due Wed 2026-04-08 15:20:00, ended Mon 2026-04-06 16:00:00: stopped by note-6
    the contract as a whole
    the report
        confirmation of receipt (clause 7)
          kept 1, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        start of work (clause 8)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 1,
          running 0
        confirmation that work has begun (clause 8)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
        involvement of the developers (clause 8)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 1,
          running 0
        information of the management (clause 8)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 1,
          running 0
        progress update (clause 9)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 1,
          running 0
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts: none
        requests created in the period, by severity
          critical failure: 1
        time not gained: resolved in silence, or moved by staff
          #1  moved by staff within the project
            Не открывается отчёт
            out of the contract on Mon 2026-04-06 11:10:00 +05 by Sanjay Support
            Mon 2026-04-06 11:10:00 +05 note-2
