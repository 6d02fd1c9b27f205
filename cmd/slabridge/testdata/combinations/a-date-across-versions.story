# vendor-kz п. 3: a date is agreed under one version of the text, in which a date on a day off ends with the next working day,
# and kept under the next, in which it ends with the last one before. The text of the day on which the request came decides.
contract vendor-kz
starts Mon 2026-03-09 12:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
field "Agreed"
mapping:
    severity:
      - {is: fault, when: {field: Severity, in: [critical]}}
      - {is: request}
    fields:
      - {is: agreed, field: "Agreed"}
contract:
    versions:
      - {valid_from: 2026-01-01, use: USE}
      - {valid_from: 2026-03-12, use: USE, change: [{obligation: keep-agreed-date, day_off: before}]}

Wed 2026-03-11 10:00     customer1 creates #1 "Двоятся записи" Severity=critical assignee=support1
Wed 2026-03-11 10:30     support1 on #1 due=2026-03-14 Agreed=да says "Исправим к субботе, согласовано."

# The same date, of a request that came under the new text: it ends on Friday.
Thu 2026-03-12 10:00     customer1 creates #2 "Двоятся строки" Severity=critical assignee=support1
Thu 2026-03-12 10:30     support1 on #2 due=2026-03-14 Agreed=да says "Исправим к субботе, согласовано."
    Thu 2026-03-12 18:00:00  #2 tells staff: keep-agreed-date/warn-1bd (п. 3, due Fri 2026-03-13 18:00:00)
        ~ Приближается согласованная дата исполнения: 14 марта 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 13 марта 2026 г., 18:00 (время Алматы, UTC+5).
    Fri 2026-03-13 18:00:00  #1 tells staff: keep-agreed-date/warn-1bd (п. 3, due Mon 2026-03-16 18:00:00)
        ~ Приближается согласованная дата исполнения: 14 марта 2026 года (п. 3).
        ~ Решить обращение и сообщить заказчику результат нужно не позднее 16 марта 2026 г., 18:00 (время Алматы, UTC+5).
    Fri 2026-03-13 18:00:01  #2 tells staff: keep-agreed-date/due (п. 3, due Fri 2026-03-13 18:00:00)
        ~ Результат не предоставлен заказчику к согласованной дате: 14 марта 2026 года (п. 3).
        ~ Срок истёк 13 марта 2026 г., 18:00 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Mon 2026-03-16 12:00     support1 on #1 says "Записи больше не двоятся." status=Resolved
Mon 2026-03-16 12:30     support1 on #2 says "Строки больше не двоятся." status=Resolved
Tue 2026-03-17 12:00     end
    #1 Двоятся записи: fault
        agree-due-date created: met, from Wed 2026-03-11 10:00:00, due Wed 2026-03-11 12:00:00, ended Wed 2026-03-11 10:30:00: stopped by note-1
        keep-agreed-date note-1: met, from Wed 2026-03-11 10:30:00, due Mon 2026-03-16 18:00:00, ended Mon 2026-03-16 12:00:00: stopped by note-3
    #2 Двоятся строки: fault
        agree-due-date created: met, from Thu 2026-03-12 10:00:00, due Thu 2026-03-12 12:00:00, ended Thu 2026-03-12 10:30:00: stopped by note-1
        keep-agreed-date note-1: breached, from Thu 2026-03-12 10:30:00, due Fri 2026-03-13 18:00:00, ended Mon 2026-03-16 12:30:00: stopped by note-4
    the contract as a whole
    the report
        agreement of a due date (clause 2)
          kept 2, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 100 %
        keeping of the agreed date (clause 3)
          kept 1, escalated 0, breached 1 (excused 0), not judged 0, cancelled 0,
          running 0
          kept 50 %
        the request has an owner (paragraph on Redmine)
          kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,
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
          fault: 2
        exceptions: none
