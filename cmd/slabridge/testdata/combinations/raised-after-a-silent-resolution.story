# kamal п. 8: resolved without a word, taken back by staff within the hour, and raised by the customer. The deadline is the
# earlier of the one it had and the critical term from the raising on.
contract kamal
starts Mon 2026-03-16 09:00
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

Mon 2026-03-16 10:00     customer1 creates #1 "Медленно строится отчёт" Severity=non-critical assignee=support1
    Mon 2026-03-16 10:00:01  #1 tells the customer: acknowledge/start (п. 7, due Mon 2026-03-16 12:00:00)
        | Здравствуйте!
        | Ваше обращение № 1 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 16 марта 2026 г., 12:00 (время Алматы, UTC+5) (п. 8).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Mon 2026-03-16 11:00     support1 on #1 status=Resolved
    Mon 2026-03-16 11:00:01  #1 tells the customer: confirm-work/start (п. 8, due Mon 2026-03-16 12:00:00)
        | Специалисты технической поддержки приступили к работе над вашим обращением № 1 и отметили его как решённое: 16 марта 2026 г., 11:00 (время Алматы, UTC+5).
        | Основание: регламент технической поддержки, п. 8.
Mon 2026-03-16 11:30     support1 on #1 status=Feedback
    Mon 2026-03-16 11:30:01  #1 tells staff: respond/warn-75 (п. 8, due Mon 2026-03-16 12:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 16 марта 2026 г., 12:00 (время Алматы, UTC+5).
        ~ На 16 марта 2026 г., 11:30 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
Mon 2026-03-16 11:35     customer1 on #1 Severity=critical
    Mon 2026-03-16 11:45:00  #1 tells staff: respond/warn-50 (п. 8, due Mon 2026-03-16 11:55:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок изменился, потому что критичность повышена: 16 марта 2026 г., 11:35 (время Алматы, UTC+5).
        ~ Выполнить не позднее 16 марта 2026 г., 11:55 (время Алматы, UTC+5).
        ~ На 16 марта 2026 г., 11:45 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
    Mon 2026-03-16 11:55:01  #1 tells staff: respond/due (п. 8, due Mon 2026-03-16 11:55:00)
        priority=Immediate
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок изменился, потому что критичность повышена: 16 марта 2026 г., 11:35 (время Алматы, UTC+5).
        ~ Срок истёк 16 марта 2026 г., 11:55 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Повышаем приоритет до «Immediate».
Mon 2026-03-16 12:10     support1 on #1 says "Смотрим, что мешает отчёту." status="In Progress"
    Mon 2026-03-16 13:35:01  #1 tells staff: involve-developers/due (п. 8, due Mon 2026-03-16 13:35:00)
        assignee=dev1
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок изменился, потому что критичность повышена: 16 марта 2026 г., 11:35 (время Алматы, UTC+5).
        ~ Обращение не решено к сроку: 16 марта 2026 г., 13:35 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
    Mon 2026-03-16 15:35:01  #1 tells staff: inform-management/due (п. 8, due Mon 2026-03-16 15:35:00)
        ~ Вниманию руководства (Maria Manager): обращение не решено в срок (п. 8).
        ~ Обращение № 1, тема «Медленно строится отчёт», критичность: критичный сбой.
        ~ Срок отсчитывается с 16 марта 2026 г., 10:00 (время Алматы, UTC+5).
        ~ Срок изменился, потому что критичность повышена: 16 марта 2026 г., 11:35 (время Алматы, UTC+5).
        ~ Срок истёк 16 марта 2026 г., 15:35 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Mon 2026-03-16 16:00     support1 on #1 says "Отчёт строится." status=Resolved
Tue 2026-03-17 12:00     end
    #1 Медленно строится отчёт: critical
        acknowledge created: met, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 11:55:00, ended Mon 2026-03-16 10:00:01: stopped by note-1
        respond created: breached, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 11:55:00, ended Mon 2026-03-16 12:10:00: stopped by note-9
        confirm-work note-2: met, from Mon 2026-03-16 11:00:00, due Mon 2026-03-16 11:55:00, ended Mon 2026-03-16 11:00:01: stopped by note-3
        involve-developers created: escalated, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 13:35:00, ended Mon 2026-03-16 13:35:01: stopped by note-10
        inform-management created: escalated, from Mon 2026-03-16 10:00:00, due Mon 2026-03-16 15:35:00, ended Mon 2026-03-16 15:35:01: escalated by note-11
        progress-update created: met, from Mon 2026-03-16 10:00:00, due Wed 2026-03-18 10:00:00, ended Mon 2026-03-16 12:10:00: stopped by note-9
        progress-update note-9: met, from Mon 2026-03-16 12:10:00, due Wed 2026-03-18 12:10:00, ended Mon 2026-03-16 16:00:00: stopped by note-12
    the contract as a whole
    the report
        confirmation of receipt (clause 7)
          kept 1, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        start of work (clause 8)
          kept 0, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 0 %
        confirmation that work has begun (clause 8)
          kept 1, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        involvement of the developers (clause 8)
          kept 0, escalated 1, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        information of the management (clause 8)
          kept 0, escalated 1, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        progress update (clause 9)
          kept 2, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
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
          #1  resolved without a word to the customer and taken back
            Медленно строится отчёт
            Mon 2026-03-16 11:00:00 +05 - Mon 2026-03-16 11:30:00 +05, resolved by
            Sanjay Support
            Mon 2026-03-16 11:00:00 +05 note-2
            Mon 2026-03-16 11:30:00 +05 note-4
