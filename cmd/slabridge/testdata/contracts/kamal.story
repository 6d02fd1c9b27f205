# kamal, the first quarter of 2026. Almaty, Mon-Fri 09:00-18:00; days off: 7 January, 9 March (for Sunday the 8th),
# Nauryz from Saturday 21 to Wednesday 25 March.
#
# Under each act stands what slabridge did until the next one: the step, its clause and its due, what it changed, and
# its comment, behind | for the customer and behind ~ for staff alone (without the list of what comes next). How to read and write
# these files is told in contract_file_test.go.
contract kamal
starts Mon 2026-01-05 09:00
person customer1 Customer
person support1 "Support engineer"
person support2 "Support engineer"
person dev1 Developer
person manager1 Manager
right Customer edit_own_issues
field "Phone call"
field "After hours"
mapping:
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
    fields:
      - {is: notified-by-phone, field: "Phone call"}
      - {is: after-hours-agreed, field: "After hours"}

# A critical failure, all of it in time: п. 6 the call, п. 8 begun within 20 minutes and solved within 2 hours.
Tue 2026-01-06 16:00     customer1 creates #1 "Не открывается вход в систему" Severity=critical
    Tue 2026-01-06 16:00:01  #1 tells the customer: acknowledge/start (п. 7, due Tue 2026-01-06 16:20:00)
        | Здравствуйте!
        | Ваше обращение № 1 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 16:20 06.01.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Tue 2026-01-06 16:00:01  #1 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Tue 2026-01-06 16:04     support1 on #1 "Phone call"="2026-01-06 16:03" confides "Звонил дежурный банка."
Tue 2026-01-06 16:09     support1 on #1 says "Занимаемся, видим причину." status="In Progress" assignee=support1
Tue 2026-01-06 17:20     support1 on #1 says "Исправлено, проверьте, пожалуйста." status=Resolved

# п. 8: after 17:30, and the next day is off: work begins by 11:00 of Thursday.
Tue 2026-01-06 17:40     customer1 creates #2 "Медленно строится отчёт" Severity=non-critical
    Tue 2026-01-06 17:40:01  #2 tells the customer: acknowledge/start (п. 7, due Thu 2026-01-08 11:00:00)
        | Здравствуйте!
        | Ваше обращение № 2 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 11:00 08.01.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Thu 2026-01-08 10:25:00  #2 tells staff: respond/warn-75 (п. 8, due Thu 2026-01-08 11:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 11:00 08.01.2026 (время Алматы, UTC+5).
        ~ На 10:25 08.01.2026 (время Алматы, UTC+5) до срока оставалось: 35 минут рабочего времени.
Thu 2026-01-08 11:00     support1 on #2 says "Смотрим запросы к базе." status="In Progress" assignee=support1
Thu 2026-01-08 17:00     support1 on #2 says "Индекс добавлен, отчёт строится быстро." status=Resolved

# A critical failure that nobody looks at: every clause is broken, the progress update again and again.
Mon 2026-01-12 10:00     customer1 creates #3 "Массовые ошибки проверки подписи" Severity=critical
    Mon 2026-01-12 10:00:01  #3 tells the customer: acknowledge/start (п. 7, due Mon 2026-01-12 10:20:00)
        | Здравствуйте!
        | Ваше обращение № 3 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 10:20 12.01.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Mon 2026-01-12 10:00:01  #3 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
    Mon 2026-01-12 10:10:00  #3 tells staff: respond/warn-50 (п. 8, due Mon 2026-01-12 10:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 10:20 12.01.2026 (время Алматы, UTC+5).
        ~ На 10:10 12.01.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
    Mon 2026-01-12 10:20:01  #3 tells staff: respond/due (п. 8, due Mon 2026-01-12 10:20:00)
        assignee=support1
        priority=Immediate
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок истёк 10:20 12.01.2026 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
        ~ Приоритет повышен до «Immediate».
    Mon 2026-01-12 12:00:01  #3 tells staff: involve-developers/due (п. 8, due Mon 2026-01-12 12:00:00)
        assignee=dev1
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: критичный сбой.
        ~ Обращение не решено к сроку: 12:00 12.01.2026 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
    Mon 2026-01-12 14:00:01  #3 tells staff: inform-management/due (п. 8, due Mon 2026-01-12 14:00:00)
        ~ Вниманию руководства (Maria Manager): обращение не решено в срок (п. 8).
        ~ Обращение № 3, тема «Массовые ошибки проверки подписи», критичность: критичный сбой.
        ~ Срок отсчитывается с 10:00 12.01.2026 (время Алматы, UTC+5).
        ~ Срок истёк 14:00 12.01.2026 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
    Tue 2026-01-13 14:30:00  #3 tells staff: progress-update/warn-75 (п. 9, due Wed 2026-01-14 10:00:00)
        ~ Пора рассказать заказчику о ходе решения (п. 9).
        ~ Исполнитель: Dora Developer.
        ~ Публичный комментарий нужен не позднее 10:00 14.01.2026 (время Алматы, UTC+5).
        ~ На 14:30 13.01.2026 (время Алматы, UTC+5) до срока оставалось: 4 часа 30 минут рабочего времени.
    Wed 2026-01-14 10:00:01  #3 tells staff: progress-update/due (п. 9, due Wed 2026-01-14 10:00:00)
        ~ Заказчик вовремя не узнал о ходе решения (п. 9).
        ~ Срок истёк 10:00 14.01.2026 (время Алматы, UTC+5).
        ~ Нужен публичный комментарий: что уже сделано и что делается сейчас.
    Thu 2026-01-15 14:30:00  #3 tells staff: progress-update/warn-75 (п. 9, due Fri 2026-01-16 10:00:00)
        ~ Пора рассказать заказчику о ходе решения (п. 9).
        ~ Исполнитель: Dora Developer.
        ~ Публичный комментарий нужен не позднее 10:00 16.01.2026 (время Алматы, UTC+5).
        ~ На 14:30 15.01.2026 (время Алматы, UTC+5) до срока оставалось: 4 часа 30 минут рабочего времени.
    Fri 2026-01-16 10:00:01  #3 tells staff: progress-update/due (п. 9, due Fri 2026-01-16 10:00:00)
        ~ Заказчик вовремя не узнал о ходе решения (п. 9).
        ~ Срок истёк 10:00 16.01.2026 (время Алматы, UTC+5).
        ~ Нужен публичный комментарий: что уже сделано и что делается сейчас.
Mon 2026-01-19 09:30     dev1 on #3 says "Нашли: истёк сертификат службы времени." status="In Progress"
    Tue 2026-01-20 14:00:00  #3 tells staff: progress-update/warn-75 (п. 9, due Wed 2026-01-21 09:30:00)
        ~ Пора рассказать заказчику о ходе решения (п. 9).
        ~ Исполнитель: Dora Developer.
        ~ Публичный комментарий нужен не позднее 09:30 21.01.2026 (время Алматы, UTC+5).
        ~ На 14:00 20.01.2026 (время Алматы, UTC+5) до срока оставалось: 4 часа 30 минут рабочего времени.
Tue 2026-01-20 15:00     dev1 on #3 says "Сертификат заменён." status=Resolved

# п. 8: exactly 17:30:00 is not after 17:30. Work begins without a word, and the customer is told so; a developer has it
# before two hours are over.
Fri 2026-01-23 17:30:00  customer1 creates #4 "Не ставится защищённое соединение" Severity=critical
    Fri 2026-01-23 17:30:01  #4 tells the customer: acknowledge/start (п. 7, due Fri 2026-01-23 17:50:00)
        | Здравствуйте!
        | Ваше обращение № 4 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 17:50 23.01.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Fri 2026-01-23 17:30:01  #4 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
    Fri 2026-01-23 17:40:00  #4 tells staff: respond/warn-50 (п. 8, due Fri 2026-01-23 17:50:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 17:50 23.01.2026 (время Алматы, UTC+5).
        ~ На 17:40 23.01.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
Fri 2026-01-23 17:44     support1 on #4 status="In Progress" assignee=support1 "Phone call"=да
    Fri 2026-01-23 17:44:01  #4 tells the customer: confirm-work/start (п. 8, due Fri 2026-01-23 17:50:00)
        | Специалисты технической поддержки приступили к работе над вашим обращением № 4.
        | Работа начата: 17:44 23.01.2026 (время Алматы, UTC+5).
        | О ходе работы сообщим не позднее 17:30 27.01.2026 (время Алматы, UTC+5).
        | Основание: регламент технической поддержки, п. 8.
Mon 2026-01-26 09:05     support1 on #4 assignee=dev1 confides "Нужна разработка."
Mon 2026-01-26 10:10     dev1 on #4 says "Обновление готово и установлено." status=Resolved

# One second after 17:30 it is the next working day, 09:20; one second after 09:20 is too late.
Fri 2026-01-30 17:30:01  customer1 creates #5 "Пропал доступ администраторов" Severity=critical
    Fri 2026-01-30 17:30:02  #5 tells the customer: acknowledge/start (п. 7, due Mon 2026-02-02 09:20:00)
        | Здравствуйте!
        | Ваше обращение № 5 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 09:20 02.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Fri 2026-01-30 17:30:02  #5 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
    Fri 2026-01-30 17:55:00  #5 tells staff: respond/warn-50 (п. 8, due Mon 2026-02-02 09:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 09:20 02.02.2026 (время Алматы, UTC+5).
        ~ На 17:55 30.01.2026 (время Алматы, UTC+5) до срока оставалось: 25 минут рабочего времени.
Mon 2026-02-02 09:20:01  support1 on #5 says "Разбираемся." status="In Progress" assignee=support1
Mon 2026-02-02 10:00     support1 on #5 says "Доступ восстановлен." status=Resolved

# A failure that is not critical: begun in the last second, then it lasts. Developers after 1 working day, management
# after 2; the customer hears of it in time, once after a reminder.
Wed 2026-02-04 11:00     customer1 creates #6 "Сбой при импорте списка" Severity=non-critical
    Wed 2026-02-04 11:00:01  #6 tells the customer: acknowledge/start (п. 7, due Wed 2026-02-04 13:00:00)
        | Здравствуйте!
        | Ваше обращение № 6 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 13:00 04.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Wed 2026-02-04 12:30:00  #6 tells staff: respond/warn-75 (п. 8, due Wed 2026-02-04 13:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 13:00 04.02.2026 (время Алматы, UTC+5).
        ~ На 12:30 04.02.2026 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
Wed 2026-02-04 13:00:00  support1 on #6 says "Воспроизвели, ищем причину." status="In Progress" assignee=support1
    Thu 2026-02-05 11:00:01  #6 tells staff: involve-developers/due (п. 8, due Thu 2026-02-05 11:00:00)
        assignee=dev1
        priority=High
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Обращение не решено к сроку: 11:00 05.02.2026 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
        ~ Приоритет повышен до «High».
    Thu 2026-02-05 17:30:00  #6 tells staff: progress-update/warn-75 (п. 9, due Fri 2026-02-06 13:00:00)
        ~ Пора рассказать заказчику о ходе решения (п. 9).
        ~ Исполнитель: Dora Developer.
        ~ Публичный комментарий нужен не позднее 13:00 06.02.2026 (время Алматы, UTC+5).
        ~ На 17:30 05.02.2026 (время Алматы, UTC+5) до срока оставалось: 4 часа 30 минут рабочего времени.
    Fri 2026-02-06 11:00:01  #6 tells staff: inform-management/due (п. 8, due Fri 2026-02-06 11:00:00)
        ~ Вниманию руководства (Maria Manager): обращение не решено в срок (п. 8).
        ~ Обращение № 6, тема «Сбой при импорте списка», критичность: некритичный сбой.
        ~ Срок отсчитывается с 11:00 04.02.2026 (время Алматы, UTC+5).
        ~ Срок истёк 11:00 06.02.2026 (время Алматы, UTC+5).
        ~ Добавлены наблюдатели: Maria Manager.
        watched by Maria Manager
Fri 2026-02-06 12:30     dev1 on #6 says "Причина в формате даты, готовим исправление."
Mon 2026-02-09 17:00     dev1 on #6 says "Исправление установлено." status=Resolved

# The same, and nobody begins within two hours.
Wed 2026-02-11 09:00     customer1 creates #7 "Не печатается квитанция" Severity=non-critical
    Wed 2026-02-11 09:00:01  #7 tells the customer: acknowledge/start (п. 7, due Wed 2026-02-11 11:00:00)
        | Здравствуйте!
        | Ваше обращение № 7 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 11:00 11.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Wed 2026-02-11 10:30:00  #7 tells staff: respond/warn-75 (п. 8, due Wed 2026-02-11 11:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 11:00 11.02.2026 (время Алматы, UTC+5).
        ~ На 10:30 11.02.2026 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
    Wed 2026-02-11 11:00:01  #7 tells staff: respond/due (п. 8, due Wed 2026-02-11 11:00:00)
        assignee=support1
        priority=High
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Срок истёк 11:00 11.02.2026 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
        ~ Приоритет повышен до «High».
Wed 2026-02-11 11:30     support1 on #7 says "Печать чинится." status="In Progress"
Wed 2026-02-11 12:30     support1 on #7 says "Готово." status=Resolved

# A minor defect: no terms but п. 9, and that only while it is worked on.
Thu 2026-02-12 10:00     customer1 creates #8 "Опечатка на кнопке" Severity=minor
    Thu 2026-02-12 10:00:01  #8 tells the customer: acknowledge/start (п. 7)
        | Здравствуйте!
        | Ваше обращение № 8 получено и зарегистрировано. Критичность: несущественный недостаток.
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Mon 2026-02-16 10:00     support1 on #8 status="In Progress" assignee=support1
    Tue 2026-02-17 14:30:00  #8 tells staff: progress-update/warn-75 (п. 9, due Wed 2026-02-18 10:00:00)
        ~ Пора рассказать заказчику о ходе решения (п. 9).
        ~ Исполнитель: Sanjay Support.
        ~ Публичный комментарий нужен не позднее 10:00 18.02.2026 (время Алматы, UTC+5).
        ~ На 14:30 17.02.2026 (время Алматы, UTC+5) до срока оставалось: 4 часа 30 минут рабочего времени.
    Wed 2026-02-18 10:00:01  #8 tells staff: progress-update/due (п. 9, due Wed 2026-02-18 10:00:00)
        ~ Заказчик вовремя не узнал о ходе решения (п. 9).
        ~ Срок истёк 10:00 18.02.2026 (время Алматы, UTC+5).
        ~ Нужен публичный комментарий: что уже сделано и что делается сейчас.
Thu 2026-02-19 10:00     support1 on #8 says "Поправим в следующей версии." status=Feedback
Fri 2026-02-20 10:00     support1 on #8 says "Вошло в версию 2.4." status=Resolved

# Raised by the customer: the shorter term, from then on. The developers have it in time.
Tue 2026-02-24 10:00     customer1 creates #9 "Часть сотрудников не входит" Severity=non-critical
    Tue 2026-02-24 10:00:01  #9 tells the customer: acknowledge/start (п. 7, due Tue 2026-02-24 12:00:00)
        | Здравствуйте!
        | Ваше обращение № 9 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 12:00 24.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Tue 2026-02-24 10:30     customer1 on #9 Severity=critical says "Теперь не входит никто."
    Tue 2026-02-24 10:30:01  #9 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
    Tue 2026-02-24 10:40:00  #9 tells staff: respond/warn-50 (п. 8, due Tue 2026-02-24 10:50:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 10:50 24.02.2026 (время Алматы, UTC+5).
        ~ На 10:40 24.02.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
Tue 2026-02-24 10:45     support1 on #9 says "Подключаем разработчиков." status="In Progress" assignee=dev1
Tue 2026-02-24 13:30     dev1 on #9 says "Исправлено." status=Resolved

# Lowered before the due: the longer term, from the notice.
Wed 2026-02-25 15:00     customer1 creates #10 "Ошибка в журнале" Severity=critical
    Wed 2026-02-25 15:00:01  #10 tells the customer: acknowledge/start (п. 7, due Wed 2026-02-25 15:20:00)
        | Здравствуйте!
        | Ваше обращение № 10 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 15:20 25.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Wed 2026-02-25 15:00:01  #10 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Wed 2026-02-25 15:10     customer1 on #10 Severity=non-critical says "Работать не мешает."
Wed 2026-02-25 16:30     support1 on #10 says "Занимаемся." status="In Progress"
Wed 2026-02-25 17:30     support1 on #10 says "Готово." status=Resolved

# Closed by the customer, closed as a duplicate, moved away, deleted: what ran is cancelled, nobody is to blame.
Thu 2026-02-26 10:00     customer1 creates #11 "Ложная тревога" Severity=critical
    Thu 2026-02-26 10:00:01  #11 tells the customer: acknowledge/start (п. 7, due Thu 2026-02-26 10:20:00)
        | Здравствуйте!
        | Ваше обращение № 11 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 10:20 26.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Thu 2026-02-26 10:00:01  #11 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Thu 2026-02-26 10:05     customer1 on #11 says "Ошиблись, всё работает." status=Closed
Thu 2026-02-26 11:00     customer1 creates #12 "Снова ошибка в журнале" Severity=critical
    Thu 2026-02-26 11:00:01  #12 tells the customer: acknowledge/start (п. 7, due Thu 2026-02-26 11:20:00)
        | Здравствуйте!
        | Ваше обращение № 12 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 11:20 26.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Thu 2026-02-26 11:00:01  #12 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Thu 2026-02-26 11:08     support1 on #12 duplicates #10 status=Closed
Thu 2026-02-26 12:00     customer1 creates #13 "Вопрос об обучении" Severity=non-critical
    Thu 2026-02-26 12:00:01  #13 tells the customer: acknowledge/start (п. 7, due Thu 2026-02-26 14:00:00)
        | Здравствуйте!
        | Ваше обращение № 13 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 14:00 26.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
Thu 2026-02-26 12:10     manager1 on #13 project=elsewhere
Thu 2026-02-26 15:00     customer1 creates #14 "Проба" Severity=critical
    Thu 2026-02-26 15:00:01  #14 tells the customer: acknowledge/start (п. 7, due Thu 2026-02-26 15:20:00)
        | Здравствуйте!
        | Ваше обращение № 14 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 15:20 26.02.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Thu 2026-02-26 15:00:01  #14 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Thu 2026-02-26 15:06     admin on #14 deletes

# Reopened by the customer: a new run of everything but the receipt. Reopened by staff within the hour: a correction, as if
# it had never been resolved.
Mon 2026-03-02 10:00     customer1 creates #15 "Не обновляется список отзыва" Severity=critical
    Mon 2026-03-02 10:00:01  #15 tells the customer: acknowledge/start (п. 7, due Mon 2026-03-02 10:20:00)
        | Здравствуйте!
        | Ваше обращение № 15 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 10:20 02.03.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Mon 2026-03-02 10:00:01  #15 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
    Mon 2026-03-02 10:10:00  #15 tells staff: respond/warn-50 (п. 8, due Mon 2026-03-02 10:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 10:20 02.03.2026 (время Алматы, UTC+5).
        ~ На 10:10 02.03.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
Mon 2026-03-02 10:15     support1 on #15 says "Обновили вручную." status=Resolved "Phone call"=да
Tue 2026-03-03 11:00     customer1 on #15 says "Опять не обновляется." status=Feedback
    Tue 2026-03-03 11:10:00  #15 tells staff: respond/warn-50 (п. 8, due Tue 2026-03-03 11:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 11:20 03.03.2026 (время Алматы, UTC+5).
        ~ На 11:10 03.03.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут рабочего времени.
    Tue 2026-03-03 11:20:01  #15 tells staff: respond/due (п. 8, due Tue 2026-03-03 11:20:00)
        assignee=support1
        priority=Immediate
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок истёк 11:20 03.03.2026 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
        ~ Приоритет повышен до «Immediate».
Tue 2026-03-03 11:25     support1 on #15 says "Смотрим ещё раз." status="In Progress"
Tue 2026-03-03 11:40     support1 on #15 says "Расписание исправлено." status=Resolved
Tue 2026-03-03 12:10     support1 on #15 status="In Progress" confides "Рано обрадовались."
    Tue 2026-03-03 13:00:01  #15 tells staff: involve-developers/due (п. 8, due Tue 2026-03-03 13:00:00)
        assignee=dev1
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: критичный сбой.
        ~ Обращение не решено к сроку: 13:00 03.03.2026 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
Tue 2026-03-03 14:00     support1 on #15 says "Теперь точно." status=Resolved

# п. 8, by agreement: this one is worked on round the clock.
Wed 2026-03-04 18:30     customer1 creates #16 "Остановлен операционный день" Severity=critical "After hours"=да
    Wed 2026-03-04 18:30:01  #16 tells the customer: acknowledge/start (п. 7, due Wed 2026-03-04 18:50:00)
        | Здравствуйте!
        | Ваше обращение № 16 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 18:50 04.03.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Wed 2026-03-04 18:40:00  #16 tells staff: respond/warn-50 (п. 8, due Wed 2026-03-04 18:50:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 18:50 04.03.2026 (время Алматы, UTC+5).
        ~ На 18:40 04.03.2026 (время Алматы, UTC+5) до срока оставалось: 10 минут.
    Wed 2026-03-04 18:50:01  #16 tells staff: respond/due (п. 8, due Wed 2026-03-04 18:50:00)
        assignee=support1
        priority=Immediate
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Срок истёк 18:50 04.03.2026 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
        ~ Приоритет повышен до «Immediate».
Wed 2026-03-04 19:00     support1 on #16 says "Работаем." status="In Progress"
    Wed 2026-03-04 20:30:01  #16 tells staff: involve-developers/due (п. 8, due Wed 2026-03-04 20:30:00)
        assignee=dev1
        ~ К решению подключаются разработчики (п. 8).
        ~ Критичность: критичный сбой.
        ~ Обращение не решено к сроку: 20:30 04.03.2026 (время Алматы, UTC+5).
        ~ Назначен исполнитель: Dora Developer.
Wed 2026-03-04 21:15     dev1 on #16 says "Запущено." status=Resolved

# Two working hours across a long weekend: Friday 17:00 to Tuesday 10:00.
Fri 2026-03-06 17:00     customer1 creates #17 "Предупреждение о сроке сертификата" Severity=non-critical
    Fri 2026-03-06 17:00:01  #17 tells the customer: acknowledge/start (п. 7, due Tue 2026-03-10 10:00:00)
        | Здравствуйте!
        | Ваше обращение № 17 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 10:00 10.03.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Tue 2026-03-10 09:30:00  #17 tells staff: respond/warn-75 (п. 8, due Tue 2026-03-10 10:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 10:00 10.03.2026 (время Алматы, UTC+5).
        ~ На 09:30 10.03.2026 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
Tue 2026-03-10 10:00:00  support1 on #17 says "Продлеваем." status="In Progress"
Tue 2026-03-10 12:00     support1 on #17 says "Продлён." status=Resolved

# Nauryz: Friday evening to Thursday. One is begun in time; the other, of a holiday, is not.
Fri 2026-03-20 17:45     customer1 creates #18 "Не подписываются платежи" Severity=critical
    Fri 2026-03-20 17:45:01  #18 tells the customer: acknowledge/start (п. 7, due Thu 2026-03-26 09:20:00)
        | Здравствуйте!
        | Ваше обращение № 18 получено и зарегистрировано. Критичность: критичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 09:20 26.03.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Fri 2026-03-20 17:45:01  #18 tells staff: phone-duplicate/start (п. 6)
        ~ К сведению: дублирование по телефону (п. 6).
        ~ Критичность: критичный сбой.
Mon 2026-03-23 12:00     customer1 creates #19 "Не видны вложения" Severity=non-critical
    Mon 2026-03-23 12:00:01  #19 tells the customer: acknowledge/start (п. 7, due Thu 2026-03-26 11:00:00)
        | Здравствуйте!
        | Ваше обращение № 19 получено и зарегистрировано. Критичность: некритичный сбой.
        | Специалисты технической поддержки приступят к работе над ним не позднее 11:00 26.03.2026 (время Алматы, UTC+5).
        | Если у вас появятся дополнительные сведения, пожалуйста, добавьте их в это обращение.
        | Основание: регламент технической поддержки, п. 7.
    Thu 2026-03-26 09:02:30  #18 tells staff: respond/warn-50 (п. 8, due Thu 2026-03-26 09:20:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: критичный сбой.
        ~ Выполнить не позднее 09:20 26.03.2026 (время Алматы, UTC+5).
        ~ На 09:02:30 26.03.2026 (время Алматы, UTC+5) до срока оставалось: 17 минут рабочего времени.
Thu 2026-03-26 09:20:00  support1 on #18 says "Занимаемся." status="In Progress" assignee=support1
Thu 2026-03-26 10:30     support1 on #18 says "Исправлено." status=Resolved
    Thu 2026-03-26 10:30:01  #19 tells staff: respond/warn-75 (п. 8, due Thu 2026-03-26 11:00:00)
        ~ Приближается срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Выполнить не позднее 11:00 26.03.2026 (время Алматы, UTC+5).
        ~ На 10:30 26.03.2026 (время Алматы, UTC+5) до срока оставалось: 30 минут рабочего времени.
    Thu 2026-03-26 11:00:01  #19 tells staff: respond/due (п. 8, due Thu 2026-03-26 11:00:00)
        assignee=support1
        priority=High
        ~ Нарушен срок: начало работ (п. 8).
        ~ Критичность: некритичный сбой.
        ~ Срок истёк 11:00 26.03.2026 (время Алматы, UTC+5), обязательство ещё не выполнено.
        ~ Назначен исполнитель: Sanjay Support.
        ~ Приоритет повышен до «High».
Thu 2026-03-26 11:40     support2 on #19 says "Смотрим." status="In Progress"
Thu 2026-03-26 15:00     support2 on #19 says "Видны." status=Resolved

Tue 2026-03-31 18:00     end
    #1 Не открывается вход в систему: critical
        acknowledge created: met, from Tue 2026-01-06 16:00:00, due Tue 2026-01-06 16:20:00, ended Tue 2026-01-06 16:00:01: stopped by note-1
        respond created: met, from Tue 2026-01-06 16:00:00, due Tue 2026-01-06 16:20:00, ended Tue 2026-01-06 16:09:00: stopped by note-5
        involve-developers created: met, from Tue 2026-01-06 16:00:00, due Tue 2026-01-06 18:00:00, ended Tue 2026-01-06 17:20:00: stopped by note-6
        inform-management created: met, from Tue 2026-01-06 16:00:00, due Thu 2026-01-08 11:00:00, ended Tue 2026-01-06 17:20:00: stopped by note-6
        progress-update created: met, from Tue 2026-01-06 16:00:00, due Fri 2026-01-09 16:00:00, ended Tue 2026-01-06 16:09:00: stopped by note-5
        progress-update note-5: met, from Tue 2026-01-06 16:09:00, due Fri 2026-01-09 16:09:00, ended Tue 2026-01-06 17:20:00: stopped by note-6
        phone-duplicate created: met, from Tue 2026-01-06 16:00:00, ended Tue 2026-01-06 16:04:00: stopped by note-3
    #2 Медленно строится отчёт: noncritical
        acknowledge created: met, from Tue 2026-01-06 17:40:00, due Thu 2026-01-08 11:00:00, ended Tue 2026-01-06 17:40:01: stopped by note-1
        respond created: met, from Tue 2026-01-06 17:40:00, due Thu 2026-01-08 11:00:00, ended Thu 2026-01-08 11:00:00: stopped by note-3
        involve-developers created: met, from Tue 2026-01-06 17:40:00, due Thu 2026-01-08 17:40:00, ended Thu 2026-01-08 17:00:00: stopped by note-4
        inform-management created: met, from Tue 2026-01-06 17:40:00, due Fri 2026-01-09 17:40:00, ended Thu 2026-01-08 17:00:00: stopped by note-4
        progress-update created: met, from Tue 2026-01-06 17:40:00, due Fri 2026-01-09 17:40:00, ended Thu 2026-01-08 11:00:00: stopped by note-3
        progress-update note-3: met, from Thu 2026-01-08 11:00:00, due Mon 2026-01-12 11:00:00, ended Thu 2026-01-08 17:00:00: stopped by note-4
    #3 Массовые ошибки проверки подписи: critical
        acknowledge created: met, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 10:20:00, ended Mon 2026-01-12 10:00:01: stopped by note-1
        respond created: breached, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 10:20:00, ended Mon 2026-01-19 09:30:00: stopped by note-13
        involve-developers created: breached, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 12:00:00, ended Mon 2026-01-12 12:00:01: stopped by note-6
        inform-management created: breached, from Mon 2026-01-12 10:00:00, due Mon 2026-01-12 14:00:00, ended Tue 2026-01-20 15:00:00: stopped by note-15
        progress-update created: breached, from Mon 2026-01-12 10:00:00, due Wed 2026-01-14 10:00:00, ended Wed 2026-01-14 10:00:00: due
        progress-update created~1: breached, from Wed 2026-01-14 10:00:00, due Fri 2026-01-16 10:00:00, ended Fri 2026-01-16 10:00:00: due
        progress-update created~2: met, from Fri 2026-01-16 10:00:00, due Tue 2026-01-20 10:00:00, ended Mon 2026-01-19 09:30:00: stopped by note-13
        progress-update note-13: met, from Mon 2026-01-19 09:30:00, due Wed 2026-01-21 09:30:00, ended Tue 2026-01-20 15:00:00: stopped by note-15
        phone-duplicate created: cancelled, from Mon 2026-01-12 10:00:00, ended Tue 2026-01-20 15:00:00: resolved by note-15
    #4 Не ставится защищённое соединение: critical
        acknowledge created: met, from Fri 2026-01-23 17:30:00, due Fri 2026-01-23 17:50:00, ended Fri 2026-01-23 17:30:01: stopped by note-1
        respond created: met, from Fri 2026-01-23 17:30:00, due Fri 2026-01-23 17:50:00, ended Fri 2026-01-23 17:44:00: stopped by note-4
        confirm-work note-4: met, from Fri 2026-01-23 17:44:00, due Fri 2026-01-23 17:50:00, ended Fri 2026-01-23 17:44:01: stopped by note-5
        involve-developers created: met, from Fri 2026-01-23 17:30:00, due Mon 2026-01-26 10:30:00, ended Mon 2026-01-26 09:05:00: stopped by note-6
        inform-management created: met, from Fri 2026-01-23 17:30:00, due Mon 2026-01-26 12:30:00, ended Mon 2026-01-26 10:10:00: stopped by note-8
        progress-update created: met, from Fri 2026-01-23 17:30:00, due Tue 2026-01-27 17:30:00, ended Mon 2026-01-26 10:10:00: stopped by note-8
        phone-duplicate created: met, from Fri 2026-01-23 17:30:00, ended Fri 2026-01-23 17:44:00: stopped by note-4
    #5 Пропал доступ администраторов: critical
        acknowledge created: met, from Fri 2026-01-30 17:30:01, due Mon 2026-02-02 09:20:00, ended Fri 2026-01-30 17:30:02: stopped by note-1
        respond created: breached, from Fri 2026-01-30 17:30:01, due Mon 2026-02-02 09:20:00, ended Mon 2026-02-02 09:20:01: stopped by note-4
        involve-developers created: met, from Fri 2026-01-30 17:30:01, due Mon 2026-02-02 10:30:01, ended Mon 2026-02-02 10:00:00: stopped by note-5
        inform-management created: met, from Fri 2026-01-30 17:30:01, due Mon 2026-02-02 12:30:01, ended Mon 2026-02-02 10:00:00: stopped by note-5
        progress-update created: met, from Fri 2026-01-30 17:30:01, due Tue 2026-02-03 17:30:01, ended Mon 2026-02-02 09:20:01: stopped by note-4
        progress-update note-4: met, from Mon 2026-02-02 09:20:01, due Wed 2026-02-04 09:20:01, ended Mon 2026-02-02 10:00:00: stopped by note-5
        phone-duplicate created: cancelled, from Fri 2026-01-30 17:30:01, ended Mon 2026-02-02 10:00:00: resolved by note-5
    #6 Сбой при импорте списка: noncritical
        acknowledge created: met, from Wed 2026-02-04 11:00:00, due Wed 2026-02-04 13:00:00, ended Wed 2026-02-04 11:00:01: stopped by note-1
        respond created: met, from Wed 2026-02-04 11:00:00, due Wed 2026-02-04 13:00:00, ended Wed 2026-02-04 13:00:00: stopped by note-3
        involve-developers created: breached, from Wed 2026-02-04 11:00:00, due Thu 2026-02-05 11:00:00, ended Thu 2026-02-05 11:00:01: stopped by note-4
        inform-management created: breached, from Wed 2026-02-04 11:00:00, due Fri 2026-02-06 11:00:00, ended Mon 2026-02-09 17:00:00: stopped by note-9
        progress-update created: met, from Wed 2026-02-04 11:00:00, due Fri 2026-02-06 11:00:00, ended Wed 2026-02-04 13:00:00: stopped by note-3
        progress-update note-3: met, from Wed 2026-02-04 13:00:00, due Fri 2026-02-06 13:00:00, ended Fri 2026-02-06 12:30:00: stopped by note-8
        progress-update note-8: met, from Fri 2026-02-06 12:30:00, due Tue 2026-02-10 12:30:00, ended Mon 2026-02-09 17:00:00: stopped by note-9
    #7 Не печатается квитанция: noncritical
        acknowledge created: met, from Wed 2026-02-11 09:00:00, due Wed 2026-02-11 11:00:00, ended Wed 2026-02-11 09:00:01: stopped by note-1
        respond created: breached, from Wed 2026-02-11 09:00:00, due Wed 2026-02-11 11:00:00, ended Wed 2026-02-11 11:30:00: stopped by note-5
        involve-developers created: met, from Wed 2026-02-11 09:00:00, due Thu 2026-02-12 09:00:00, ended Wed 2026-02-11 12:30:00: stopped by note-6
        inform-management created: met, from Wed 2026-02-11 09:00:00, due Fri 2026-02-13 09:00:00, ended Wed 2026-02-11 12:30:00: stopped by note-6
        progress-update created: met, from Wed 2026-02-11 09:00:00, due Fri 2026-02-13 09:00:00, ended Wed 2026-02-11 11:30:00: stopped by note-5
        progress-update note-5: met, from Wed 2026-02-11 11:30:00, due Fri 2026-02-13 11:30:00, ended Wed 2026-02-11 12:30:00: stopped by note-6
    #8 Опечатка на кнопке: minor
        acknowledge created: met, from Thu 2026-02-12 10:00:00, ended Thu 2026-02-12 10:00:01: stopped by note-1
        progress-update note-2: breached, from Mon 2026-02-16 10:00:00, due Wed 2026-02-18 10:00:00, ended Wed 2026-02-18 10:00:00: due
        progress-update note-2~1: met, from Wed 2026-02-18 10:00:00, due Fri 2026-02-20 10:00:00, ended Thu 2026-02-19 10:00:00: stopped by note-5
    #9 Часть сотрудников не входит: critical
        acknowledge created: met, from Tue 2026-02-24 10:00:00, due Tue 2026-02-24 10:50:00, ended Tue 2026-02-24 10:00:01: stopped by note-1
        respond created: met, from Tue 2026-02-24 10:00:00, due Tue 2026-02-24 10:50:00, ended Tue 2026-02-24 10:45:00: stopped by note-5
        involve-developers created: met, from Tue 2026-02-24 10:00:00, due Tue 2026-02-24 12:30:00, ended Tue 2026-02-24 10:45:00: stopped by note-5
        inform-management created: met, from Tue 2026-02-24 10:00:00, due Tue 2026-02-24 14:30:00, ended Tue 2026-02-24 13:30:00: stopped by note-6
        progress-update created: met, from Tue 2026-02-24 10:00:00, due Thu 2026-02-26 10:00:00, ended Tue 2026-02-24 10:45:00: stopped by note-5
        progress-update note-5: met, from Tue 2026-02-24 10:45:00, due Thu 2026-02-26 10:45:00, ended Tue 2026-02-24 13:30:00: stopped by note-6
        phone-duplicate note-2: cancelled, from Tue 2026-02-24 10:30:00, ended Tue 2026-02-24 13:30:00: resolved by note-6
    #10 Ошибка в журнале: noncritical
        acknowledge created: met, from Wed 2026-02-25 15:00:00, due Wed 2026-02-25 17:00:00, ended Wed 2026-02-25 15:00:01: stopped by note-1
        respond created: met, from Wed 2026-02-25 15:00:00, due Wed 2026-02-25 17:00:00, ended Wed 2026-02-25 16:30:00: stopped by note-4
        involve-developers created: met, from Wed 2026-02-25 15:00:00, due Thu 2026-02-26 15:00:00, ended Wed 2026-02-25 17:30:00: stopped by note-5
        inform-management created: met, from Wed 2026-02-25 15:00:00, due Fri 2026-02-27 15:00:00, ended Wed 2026-02-25 17:30:00: stopped by note-5
        progress-update created: met, from Wed 2026-02-25 15:00:00, due Fri 2026-02-27 15:00:00, ended Wed 2026-02-25 16:30:00: stopped by note-4
        progress-update note-4: met, from Wed 2026-02-25 16:30:00, due Fri 2026-02-27 16:30:00, ended Wed 2026-02-25 17:30:00: stopped by note-5
        phone-duplicate created: cancelled, from Wed 2026-02-25 15:00:00, ended Wed 2026-02-25 15:10:00: severity by note-3
    #11 Ложная тревога: critical
        acknowledge created: met, from Thu 2026-02-26 10:00:00, due Thu 2026-02-26 10:20:00, ended Thu 2026-02-26 10:00:01: stopped by note-1
        respond created: cancelled, from Thu 2026-02-26 10:00:00, due Thu 2026-02-26 10:20:00, ended Thu 2026-02-26 10:05:00: closed-by-customer by note-3
        involve-developers created: cancelled, from Thu 2026-02-26 10:00:00, due Thu 2026-02-26 12:00:00, ended Thu 2026-02-26 10:05:00: closed-by-customer by note-3
        inform-management created: cancelled, from Thu 2026-02-26 10:00:00, due Thu 2026-02-26 14:00:00, ended Thu 2026-02-26 10:05:00: closed-by-customer by note-3
        progress-update created: cancelled, from Thu 2026-02-26 10:00:00, due Mon 2026-03-02 10:00:00, ended Thu 2026-02-26 10:05:00: closed-by-customer by note-3
        phone-duplicate created: cancelled, from Thu 2026-02-26 10:00:00, ended Thu 2026-02-26 10:05:00: closed-by-customer by note-3
    #12 Снова ошибка в журнале: critical
        acknowledge created: met, from Thu 2026-02-26 11:00:00, due Thu 2026-02-26 11:20:00, ended Thu 2026-02-26 11:00:01: stopped by note-1
        respond created: cancelled, from Thu 2026-02-26 11:00:00, due Thu 2026-02-26 11:20:00, ended Thu 2026-02-26 11:08:00: duplicate by note-4
        involve-developers created: cancelled, from Thu 2026-02-26 11:00:00, due Thu 2026-02-26 13:00:00, ended Thu 2026-02-26 11:08:00: duplicate by note-4
        inform-management created: cancelled, from Thu 2026-02-26 11:00:00, due Thu 2026-02-26 15:00:00, ended Thu 2026-02-26 11:08:00: duplicate by note-4
        progress-update created: cancelled, from Thu 2026-02-26 11:00:00, due Mon 2026-03-02 11:00:00, ended Thu 2026-02-26 11:08:00: duplicate by note-4
        phone-duplicate created: cancelled, from Thu 2026-02-26 11:00:00, ended Thu 2026-02-26 11:08:00: duplicate by note-4
    #13 Вопрос об обучении: noncritical
        acknowledge created: met, from Thu 2026-02-26 12:00:00, due Thu 2026-02-26 14:00:00, ended Thu 2026-02-26 12:00:01: stopped by note-1
        respond created: cancelled, from Thu 2026-02-26 12:00:00, due Thu 2026-02-26 14:00:00, ended Thu 2026-02-26 12:10:00: left-contract by note-2
        involve-developers created: cancelled, from Thu 2026-02-26 12:00:00, due Fri 2026-02-27 12:00:00, ended Thu 2026-02-26 12:10:00: left-contract by note-2
        inform-management created: cancelled, from Thu 2026-02-26 12:00:00, due Mon 2026-03-02 12:00:00, ended Thu 2026-02-26 12:10:00: left-contract by note-2
        progress-update created: cancelled, from Thu 2026-02-26 12:00:00, due Mon 2026-03-02 12:00:00, ended Thu 2026-02-26 12:10:00: left-contract by note-2
    #14 Проба: critical
        acknowledge created: met, from Thu 2026-02-26 15:00:00, due Thu 2026-02-26 15:20:00, ended Thu 2026-02-26 15:00:01: stopped by note-1
        respond created: cancelled, from Thu 2026-02-26 15:00:00, due Thu 2026-02-26 15:20:00, ended Thu 2026-02-26 15:06:01: gone by gone
        involve-developers created: cancelled, from Thu 2026-02-26 15:00:00, due Thu 2026-02-26 17:00:00, ended Thu 2026-02-26 15:06:01: gone by gone
        inform-management created: cancelled, from Thu 2026-02-26 15:00:00, due Fri 2026-02-27 10:00:00, ended Thu 2026-02-26 15:06:01: gone by gone
        progress-update created: cancelled, from Thu 2026-02-26 15:00:00, due Mon 2026-03-02 15:00:00, ended Thu 2026-02-26 15:06:01: gone by gone
        phone-duplicate created: cancelled, from Thu 2026-02-26 15:00:00, ended Thu 2026-02-26 15:06:01: gone by gone
    #15 Не обновляется список отзыва: critical
        acknowledge created: met, from Mon 2026-03-02 10:00:00, due Mon 2026-03-02 10:20:00, ended Mon 2026-03-02 10:00:01: stopped by note-1
        respond created: met, from Mon 2026-03-02 10:00:00, due Mon 2026-03-02 10:20:00, ended Mon 2026-03-02 10:15:00: stopped by note-4
        respond note-5: breached, from Tue 2026-03-03 11:00:00, due Tue 2026-03-03 11:20:00, ended Tue 2026-03-03 11:25:00: stopped by note-9
        involve-developers created: met, from Mon 2026-03-02 10:00:00, due Mon 2026-03-02 12:00:00, ended Mon 2026-03-02 10:15:00: stopped by note-4
        involve-developers note-5: breached, from Tue 2026-03-03 11:00:00, due Tue 2026-03-03 13:00:00, ended Tue 2026-03-03 13:00:01: stopped by note-13
        inform-management created: met, from Mon 2026-03-02 10:00:00, due Mon 2026-03-02 14:00:00, ended Mon 2026-03-02 10:15:00: stopped by note-4
        inform-management note-5: met, from Tue 2026-03-03 11:00:00, due Tue 2026-03-03 15:00:00, ended Tue 2026-03-03 14:00:00: stopped by note-15
        progress-update created: met, from Mon 2026-03-02 10:00:00, due Wed 2026-03-04 10:00:00, ended Mon 2026-03-02 10:15:00: stopped by note-4
        progress-update note-5: met, from Tue 2026-03-03 11:00:00, due Thu 2026-03-05 11:00:00, ended Tue 2026-03-03 11:25:00: stopped by note-9
        progress-update note-9: met, from Tue 2026-03-03 11:25:00, due Thu 2026-03-05 11:25:00, ended Tue 2026-03-03 11:40:00: stopped by note-10
        progress-update note-10: met, from Tue 2026-03-03 11:40:00, due Thu 2026-03-05 11:40:00, ended Tue 2026-03-03 14:00:00: stopped by note-15
        phone-duplicate created: met, from Mon 2026-03-02 10:00:00, ended Mon 2026-03-02 10:15:00: stopped by note-4
        phone-duplicate note-5: met, from Tue 2026-03-03 11:00:00, ended Tue 2026-03-03 11:00:00: stopped by note-5
    #16 Остановлен операционный день: critical
        acknowledge created: met, from Wed 2026-03-04 18:30:00, due Wed 2026-03-04 18:50:00, ended Wed 2026-03-04 18:30:01: stopped by note-1
        respond created: breached, from Wed 2026-03-04 18:30:00, due Wed 2026-03-04 18:50:00, ended Wed 2026-03-04 19:00:00: stopped by note-5
        involve-developers created: breached, from Wed 2026-03-04 18:30:00, due Wed 2026-03-04 20:30:00, ended Wed 2026-03-04 20:30:01: stopped by note-6
        inform-management created: met, from Wed 2026-03-04 18:30:00, due Wed 2026-03-04 22:30:00, ended Wed 2026-03-04 21:15:00: stopped by note-8
        progress-update created: met, from Wed 2026-03-04 18:30:00, due Fri 2026-03-06 18:00:00, ended Wed 2026-03-04 19:00:00: stopped by note-5
        progress-update note-5: met, from Wed 2026-03-04 19:00:00, due Fri 2026-03-06 18:00:00, ended Wed 2026-03-04 21:15:00: stopped by note-8
        phone-duplicate created: cancelled, from Wed 2026-03-04 18:30:00, ended Wed 2026-03-04 21:15:00: resolved by note-8
    #17 Предупреждение о сроке сертификата: noncritical
        acknowledge created: met, from Fri 2026-03-06 17:00:00, due Tue 2026-03-10 10:00:00, ended Fri 2026-03-06 17:00:01: stopped by note-1
        respond created: met, from Fri 2026-03-06 17:00:00, due Tue 2026-03-10 10:00:00, ended Tue 2026-03-10 10:00:00: stopped by note-3
        involve-developers created: met, from Fri 2026-03-06 17:00:00, due Tue 2026-03-10 17:00:00, ended Tue 2026-03-10 12:00:00: stopped by note-4
        inform-management created: met, from Fri 2026-03-06 17:00:00, due Wed 2026-03-11 17:00:00, ended Tue 2026-03-10 12:00:00: stopped by note-4
        progress-update created: met, from Fri 2026-03-06 17:00:00, due Wed 2026-03-11 17:00:00, ended Tue 2026-03-10 10:00:00: stopped by note-3
        progress-update note-3: met, from Tue 2026-03-10 10:00:00, due Thu 2026-03-12 10:00:00, ended Tue 2026-03-10 12:00:00: stopped by note-4
    #18 Не подписываются платежи: critical
        acknowledge created: met, from Fri 2026-03-20 17:45:00, due Thu 2026-03-26 09:20:00, ended Fri 2026-03-20 17:45:01: stopped by note-1
        respond created: met, from Fri 2026-03-20 17:45:00, due Thu 2026-03-26 09:20:00, ended Thu 2026-03-26 09:20:00: stopped by note-4
        involve-developers created: met, from Fri 2026-03-20 17:45:00, due Thu 2026-03-26 10:45:00, ended Thu 2026-03-26 10:30:00: stopped by note-5
        inform-management created: met, from Fri 2026-03-20 17:45:00, due Thu 2026-03-26 12:45:00, ended Thu 2026-03-26 10:30:00: stopped by note-5
        progress-update created: met, from Fri 2026-03-20 17:45:00, due Fri 2026-03-27 17:45:00, ended Thu 2026-03-26 09:20:00: stopped by note-4
        progress-update note-4: met, from Thu 2026-03-26 09:20:00, due Mon 2026-03-30 09:20:00, ended Thu 2026-03-26 10:30:00: stopped by note-5
        phone-duplicate created: cancelled, from Fri 2026-03-20 17:45:00, ended Thu 2026-03-26 10:30:00: resolved by note-5
    #19 Не видны вложения: noncritical
        acknowledge created: met, from Mon 2026-03-23 12:00:00, due Thu 2026-03-26 11:00:00, ended Mon 2026-03-23 12:00:01: stopped by note-1
        respond created: breached, from Mon 2026-03-23 12:00:00, due Thu 2026-03-26 11:00:00, ended Thu 2026-03-26 11:40:00: stopped by note-5
        involve-developers created: met, from Mon 2026-03-23 12:00:00, due Thu 2026-03-26 18:00:00, ended Thu 2026-03-26 15:00:00: stopped by note-6
        inform-management created: met, from Mon 2026-03-23 12:00:00, due Fri 2026-03-27 18:00:00, ended Thu 2026-03-26 15:00:00: stopped by note-6
        progress-update created: met, from Mon 2026-03-23 12:00:00, due Fri 2026-03-27 18:00:00, ended Thu 2026-03-26 11:40:00: stopped by note-5
        progress-update note-5: met, from Thu 2026-03-26 11:40:00, due Mon 2026-03-30 11:40:00, ended Thu 2026-03-26 15:00:00: stopped by note-6
