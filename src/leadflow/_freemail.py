"""
Where anybody can have a mailbox: such a domain says nothing of a company.
"""

from __future__ import annotations


_PROVIDERS = """
    aol fastmail gmail gmx googlemail hotmail hushmail icloud inbox laposte live
    mailbox mailfence msn outlook proton protonmail rediffmail rocketmail seznam
    tuta tutanota uol vivaldi web windowslive wp yahoo yandex ymail zohomail
"""

_DOMAINS = """
    mail.ru bk.ru list.ru internet.ru xmail.ru vk.com ya.ru yandex-mail.ru
    rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru r0.ru rambler.ua
    pochta.ru pochtamt.ru qip.ru hotbox.ru mail15.com mail333.com nm.ru newmail.ru
    nextmail.ru e-mail.ru email.ru sibmail.com tut.by ngs.ru e1.ru km.ru
    bigmir.net i.ua ukr.net meta.ua email.ua online.ua mail.ua tut.ua
    mail.kz nur.kz mail.by open.by mail.uz umail.uz mail.ee mail.lv one.lv
    me.com mac.com pm.me mail.com email.com usa.com post.com consultant.com
    usa.net juno.com netzero.net excite.com lycos.com hey.com duck.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
    earthlink.net optonline.net shaw.ca rogers.com sympatico.ca telus.net
    btinternet.com ntlworld.com virginmedia.com sky.com talktalk.net blueyonder.co.uk
    tiscali.co.uk t-online.de freenet.de arcor.de posteo.de
    orange.fr wanadoo.fr free.fr sfr.fr neuf.fr bbox.fr
    libero.it virgilio.it alice.it tin.it tiscali.it
    terra.com.br bol.com.br ig.com.br terra.es telefonica.net
    o2.pl onet.pl op.pl interia.pl gazeta.pl poczta.onet.pl vp.pl
    centrum.cz volny.cz azet.sk abv.bg mail.bg citromail.hu freemail.hu
    ziggo.nl planet.nl kpnmail.nl telenet.be skynet.be bluewin.ch
    telia.com online.no bigpond.com optusnet.com.au xtra.co.nz
    qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com
    139.com 189.cn tom.com 21cn.com naver.com hanmail.net daum.net nate.com
    docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp
    walla.co.il walla.com 012.net.il zoho.com zoho.eu
    privaterelay.appleid.com users.noreply.github.com
    mailinator.com guerrillamail.com 10minutemail.com yopmail.com temp-mail.org
"""

# Providers that give the same service under many endings.
PROVIDERS = frozenset(_PROVIDERS.split())
DOMAINS = frozenset(_DOMAINS.split())
