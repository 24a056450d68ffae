document.write('<noscript id="kept">');
