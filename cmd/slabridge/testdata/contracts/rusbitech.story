# rusbitech, the first quarter of 2026. Moscow, Mon-Fri 10:00-18:00; days off: 1 to 11 January, 23 February, 9 March.
# The reaction time is turned on, and waiting for the customer stops the clock.
contract rusbitech
starts Thu 2026-01-01 12:00
person customer1 Customer
person support1 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
field "Agreed until"
mapping:
    severity:
      - {is: high, when: {field: Severity, in: [critical]}}
      - {is: normal}
    fields:
      - {is: agreed-due, field: "Agreed until"}
contract:
    change:
      - {obligation: respond, on: true}
      - {obligation: resolve, pause: [waiting-customer]}

# п. 3: 10 working days. Received on a day off they are counted from 12 January: day 1, and due at the close of day 10.
Sat 2026-01-03 12:00     customer1 creates #1 "Не открывается карточка" Severity=non-critical
Mon 2026-01-12 12:00     support1 on #1 says "Принято в обработку." status="In Progress" assignee=support1

# Nobody reacts within a working day, and ten are not enough.
Tue 2026-01-13 11:00     customer1 creates #2 "Ошибка выгрузки" Severity=non-critical
    Tue 2026-01-13 17:00:00  #2 tells staff: respond/warn-75 (п. 3, due Wed 2026-01-14 11:00:00)
        ~ Приближается срок: реакция на обращение (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 14 января 2026 г., 11:00 (московское время, UTC+3).
        ~ На 13 января 2026 г., 17:00 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
    Wed 2026-01-14 11:00:01  #2 tells staff: respond/due (п. 3, due Wed 2026-01-14 11:00:00)
        ~ Нарушен срок: реакция на обращение (п. 3).
        ~ Критичность: обычная критичность.
        ~ Срок истёк 14 января 2026 г., 11:00 (московское время, UTC+3), обязательство ещё не выполнено.
Thu 2026-01-15 10:30     support1 on #2 says "Принято в обработку." status="In Progress"
    Fri 2026-01-16 18:00:00  #1 tells staff: resolve/warn-5bd (п. 3, due Fri 2026-01-23 18:00:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 23 января 2026 г., 18:00 (московское время, UTC+3).
        ~ На 16 января 2026 г., 18:00 (московское время, UTC+3) до срока оставалось: 40 часов рабочего времени.
    Tue 2026-01-20 11:00:00  #2 tells staff: resolve/warn-5bd (п. 3, due Tue 2026-01-27 11:00:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 27 января 2026 г., 11:00 (московское время, UTC+3).
        ~ На 20 января 2026 г., 11:00 (московское время, UTC+3) до срока оставалось: 40 часов рабочего времени.
Fri 2026-01-23 18:00:00  support1 on #1 says "Обработано." status=Resolved
    Tue 2026-01-27 11:00:01  #2 tells staff: resolve/due (п. 3, due Tue 2026-01-27 11:00:00)
        ~ Нарушен срок: обработка обращения (п. 3).
        ~ Критичность: обычная критичность.
        ~ Срок истёк 27 января 2026 г., 11:00 (московское время, UTC+3), обязательство ещё не выполнено.
Mon 2026-02-02 12:00     support1 on #2 says "Обработано." status=Resolved

# High: out of turn, and the clock runs through nights and days off. The first is handled in time, the second is not; the customer
# had put that one at the top himself.
Sat 2026-02-14 03:00     customer1 creates #3 "Сервис недоступен" Severity=critical
    Sat 2026-02-14 03:00:01  #3 tells staff: out-of-turn/start (п. 3)
        priority=Immediate
        ~ Обращение обрабатывается вне очереди (п. 3).
        ~ Критичность: высокая критичность.
        ~ Повышаем приоритет до «Immediate».
    Sat 2026-02-14 04:30:00  #3 tells staff: respond/warn-75 (п. 3, due Sat 2026-02-14 05:00:00)
        ~ Приближается срок: реакция на обращение (п. 3).
        ~ Критичность: высокая критичность.
        ~ Выполнить не позднее 14 февраля 2026 г., 05:00 (московское время, UTC+3).
        ~ На 14 февраля 2026 г., 04:30 (московское время, UTC+3) до срока оставалось: 30 минут.
Sat 2026-02-14 05:00:00  support1 on #3 says "Принято в обработку." status="In Progress"
    Thu 2026-02-19 03:00:00  #3 tells staff: resolve/warn-50 (п. 3, due Tue 2026-02-24 03:00:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: высокая критичность.
        ~ Выполнить не позднее 24 февраля 2026 г., 03:00 (московское время, UTC+3).
        ~ На 19 февраля 2026 г., 03:00 (московское время, UTC+3) до срока оставалось: 120 часов.
Fri 2026-02-20 12:00     support1 on #3 says "Обработано." status=Resolved
Sun 2026-02-22 23:00     customer1 creates #4 "Сервис снова недоступен" Severity=critical priority=Immediate
    Mon 2026-02-23 00:30:00  #4 tells staff: respond/warn-75 (п. 3, due Mon 2026-02-23 01:00:00)
        ~ Приближается срок: реакция на обращение (п. 3).
        ~ Критичность: высокая критичность.
        ~ Выполнить не позднее 23 февраля 2026 г., 01:00 (московское время, UTC+3).
        ~ На 23 февраля 2026 г., 00:30 (московское время, UTC+3) до срока оставалось: 30 минут.
    Mon 2026-02-23 01:00:01  #4 tells staff: respond/due (п. 3, due Mon 2026-02-23 01:00:00)
        ~ Нарушен срок: реакция на обращение (п. 3).
        ~ Критичность: высокая критичность.
        ~ Срок истёк 23 февраля 2026 г., 01:00 (московское время, UTC+3), обязательство ещё не выполнено.
Tue 2026-02-24 10:05     support1 on #4 says "Принято в обработку." status="In Progress"
    Fri 2026-02-27 23:00:00  #4 tells staff: resolve/warn-50 (п. 3, due Wed 2026-03-04 23:00:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: высокая критичность.
        ~ Выполнить не позднее 4 марта 2026 г., 23:00 (московское время, UTC+3).
        ~ На 27 февраля 2026 г., 23:00 (московское время, UTC+3) до срока оставалось: 120 часов.

# «За исключением случаев, отдельно оговариваемых»: both sides agree on another due.
Mon 2026-03-02 11:00     customer1 creates #5 "Доработать поиск" Severity=non-critical
Mon 2026-03-02 15:00     support1 on #5 says "Предлагаем срок до конца марта." status="In Progress"

# The customer owes an answer from 5 to 11 March.
Tue 2026-03-03 10:00     customer1 creates #6 "Не приходит письмо" Severity=non-critical
    Tue 2026-03-03 16:00:00  #6 tells staff: respond/warn-75 (п. 3, due Wed 2026-03-04 10:00:00)
        ~ Приближается срок: реакция на обращение (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 4 марта 2026 г., 10:00 (московское время, UTC+3).
        ~ На 3 марта 2026 г., 16:00 (московское время, UTC+3) до срока оставалось: 2 часа рабочего времени.
    Wed 2026-03-04 10:00:01  #6 tells staff: respond/due (п. 3, due Wed 2026-03-04 10:00:00)
        ~ Нарушен срок: реакция на обращение (п. 3).
        ~ Критичность: обычная критичность.
        ~ Срок истёк 4 марта 2026 г., 10:00 (московское время, UTC+3), обязательство ещё не выполнено.
    Wed 2026-03-04 23:00:01  #4 tells staff: resolve/due (п. 3, due Wed 2026-03-04 23:00:00)
        assignee=support1
        ~ Нарушен срок: обработка обращения (п. 3).
        ~ Критичность: высокая критичность.
        ~ Срок истёк 4 марта 2026 г., 23:00 (московское время, UTC+3), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
Thu 2026-03-05 11:00     support1 on #4 says "Обработано." status=Resolved
Thu 2026-03-05 12:00     support1 on #5 "Agreed until"="2026-03-31 17:00"
Thu 2026-03-05 12:05     support1 on #6 says "Пришлите адрес, пожалуйста." status="Waiting for customer"
    Tue 2026-03-10 11:00:00  #5 tells staff: resolve/warn-5bd (п. 3, due Tue 2026-03-31 17:00:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 31 марта 2026 г., 17:00 (московское время, UTC+3).
        ~ На 10 марта 2026 г., 11:00 (московское время, UTC+3) до срока оставалось: 126 часов рабочего времени.
Wed 2026-03-11 12:00     customer1 on #6 says "Адрес в приложении." status="In Progress"
    Fri 2026-03-13 17:55:00  #6 tells staff: resolve/warn-5bd (п. 3, due Fri 2026-03-20 17:55:00)
        ~ Приближается срок: обработка обращения (п. 3).
        ~ Критичность: обычная критичность.
        ~ Выполнить не позднее 20 марта 2026 г., 17:55 (московское время, UTC+3).
        ~ На 13 марта 2026 г., 17:55 (московское время, UTC+3) до срока оставалось: 40 часов рабочего времени.
Thu 2026-03-19 16:00     support1 on #6 says "Обработано." status=Resolved

Tue 2026-03-31 16:00     support1 on #5 says "Поиск доработан." status=Resolved
Tue 2026-03-31 18:00     end
    #1 Не открывается карточка: normal
        resolve created: met, from Sat 2026-01-03 12:00:00, due Fri 2026-01-23 18:00:00, ended Fri 2026-01-23 18:00:00: stopped by note-3
        respond created: met, from Sat 2026-01-03 12:00:00, due Mon 2026-01-12 18:00:00, ended Mon 2026-01-12 12:00:00: stopped by note-1
    #2 Ошибка выгрузки: normal
        resolve created: breached, from Tue 2026-01-13 11:00:00, due Tue 2026-01-27 11:00:00, ended Mon 2026-02-02 12:00:00: stopped by note-6
        respond created: breached, from Tue 2026-01-13 11:00:00, due Wed 2026-01-14 11:00:00, ended Thu 2026-01-15 10:30:00: stopped by note-3
    #3 Сервис недоступен: high
        resolve created: met, from Sat 2026-02-14 03:00:00, due Tue 2026-02-24 03:00:00, ended Fri 2026-02-20 12:00:00: stopped by note-5
        out-of-turn created: met, from Sat 2026-02-14 03:00:00, ended Sat 2026-02-14 03:00:01: stopped by note-1
        respond created: met, from Sat 2026-02-14 03:00:00, due Sat 2026-02-14 05:00:00, ended Sat 2026-02-14 05:00:00: stopped by note-3
    #4 Сервис снова недоступен: high
        resolve created: breached, from Sun 2026-02-22 23:00:00, due Wed 2026-03-04 23:00:00, ended Thu 2026-03-05 11:00:00: stopped by note-6
        out-of-turn created: met, from Sun 2026-02-22 23:00:00, ended Sun 2026-02-22 23:00:00: stopped by created
        respond created: breached, from Sun 2026-02-22 23:00:00, due Mon 2026-02-23 01:00:00, ended Tue 2026-02-24 10:05:00: stopped by note-3
    #5 Доработать поиск: normal
        resolve created: met, from Mon 2026-03-02 11:00:00, due Tue 2026-03-31 17:00:00, ended Tue 2026-03-31 16:00:00: stopped by note-4
        respond created: met, from Mon 2026-03-02 11:00:00, due Tue 2026-03-03 11:00:00, ended Mon 2026-03-02 15:00:00: stopped by note-1
    #6 Не приходит письмо: normal
        resolve created: met, from Tue 2026-03-03 10:00:00, due Fri 2026-03-20 17:55:00, ended Thu 2026-03-19 16:00:00: stopped by note-6, paused Thu 2026-03-05 12:05:00 to Wed 2026-03-11 12:00:00
        respond created: breached, from Tue 2026-03-03 10:00:00, due Wed 2026-03-04 10:00:00, ended Thu 2026-03-05 12:05:00: stopped by note-3
    the contract as a whole
    the report
        handling of the request (clause 3)
          kept 4, escalated 0, breached 2 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 66.6 %
        reaction to the request (clause 3)
          kept 3, escalated 0, breached 3 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        how this is counted
          Each cycle is counted once. Kept: done in time, by whomever the contract
          leaves it to. Escalated: the contract promises exactly what slabridge did at
          the due, whole and within 10 minutes. Breached: neither; an excused breach
          stays one. Not judged: due before slabridge watched, or not to be judged
          because of a fault. The share is kept and escalated among kept, escalated and
          breached.
        accounts
          mean handling time (clause 1)
            handled on average in working days: 11.31, requests: 6; promised: 2 to 3;
            more than promised
        requests created in the period, by severity
          high criticality: 2
          normal criticality: 4
        other exceptions
          #5  another deadline was agreed
            Доработать поиск
            due Tue 2026-03-31 17:00:00 +03
